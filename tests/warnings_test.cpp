// Bodies compile without a warning, in the hands of the strictest users. The samples stand in
// warnings/.

#include "support/compilers.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

char const* const samples[] = {"warnings/generators.cpp", "warnings/tries.cpp",
    "warnings/delegation.cpp", "warnings/adaptors.cpp", "warnings/tasks.cpp"};

void check_quiet(std::string const& sample, std::string const& options) {
    for (std::string const compiler : test::compilers) {
        CAPTURE(compiler);
        CAPTURE(sample);
        CAPTURE(options);
        auto const outcome = test::compile(compiler, sample, options + test::strict_warnings);
        CHECK(outcome.status == 0);
        CHECK(outcome.output == "");
    }
}

void check_all_quiet(std::string const& options) {
    for (auto const* sample : samples) check_quiet(sample, options);
}

} // namespace

TEST_CASE("the tests of warnings and of misuse need g++ and clang++ to be installed") {
    for (std::string const compiler : test::compilers) {
        INFO(compiler << " is not in the PATH: install it, or leave the library's tests out");
        CHECK(test::is_installed(compiler));
    }
}

TEST_CASE("bodies compile without a warning") { check_all_quiet("-std=c++17 -fsyntax-only"); }

TEST_CASE("bodies compile without a warning of those that only an optimising compiler gives") {
    check_all_quiet("-std=c++17 -O2 -c -o /dev/null");
}

TEST_CASE("bodies compile without a warning in C++20, too") {
    check_all_quiet("-std=c++20 -fsyntax-only");
}

TEST_CASE("bodies compile where min and max are macros, as the Windows headers define them") {
    check_quiet("warnings/min_max.cpp", "-std=c++17 -fsyntax-only");
}

TEST_CASE("a warning would be seen") {
    for (std::string const compiler : test::compilers) {
        CAPTURE(compiler);
        auto const outcome = test::compile(compiler, "warnings/generators.cpp",
            "-std=c++17 -fsyntax-only -DSB_WITH_A_WARNING" + test::strict_warnings);
        CHECK(outcome.status != 0);
        CHECK(outcome.output.find("never_used") != std::string::npos);
    }
}
