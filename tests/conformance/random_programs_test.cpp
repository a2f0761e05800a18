// Random generator programs, run by CPython 3.11 and by this library through its macros, must do the
// same. conformance.py draws, prints, compiles, runs and compares them; here it is given a size that
// takes a minute or two. Larger ones: conformance.py --help.
#include "../support/shell.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

// conformance.py's exit status where there is no Python 3.11 to compare with.
constexpr int no_reference = 3;

void check_conformance(std::string const& arguments) {
    auto const outcome = run_command("python3 \"" SB_SOURCE_DIR "/tests/conformance/conformance.py\" "
                                     "--compiler \"" SB_COMPILER "\" " + arguments);
    if (outcome.status == 127) {
        FAIL("python3 is not installed; the random programs are compared with CPython 3.11");
    }
    if (outcome.status == no_reference) FAIL("no Python 3.11: " << outcome.output);
    MESSAGE(outcome.output);
    CHECK(outcome.status == 0);
}

TEST_CASE("random programs do what CPython's generators do") {
    check_conformance("--seed 1 --count 500 --batch 250 --form quick --shrink --differences 1");
}

TEST_CASE("random programs, written as users write them, do what CPython's generators do") {
    check_conformance("--seed 2 --count 60 --batch 30 --form written --shrink --differences 1");
}

TEST_CASE("the comparison sees a fault that is put into the headers") {
    check_conformance("--mutants --mutant finally-skipped-on-continue,delegation-does-not-close");
}

} // namespace
