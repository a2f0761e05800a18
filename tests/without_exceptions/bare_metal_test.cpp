// What tests/bare_metal runs on boards, run here as well.
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include "../bare_metal/cases.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {
std::string printed;
}
namespace bare {
void print(char const* text) { printed += text; }
} // namespace bare

TEST_CASE("without exceptions: the cases for machines without an operating system") {
    printed.clear();
    int const failed = bare::run_cases();
    CAPTURE(printed);
    CHECK(failed == 0);
    CHECK(printed.find(std::to_string(bare::case_count) + " passed, 0 failed\n") != std::string::npos);
}
