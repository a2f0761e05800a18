// Misuse does not compile, and the compiler says why. Each file of compile_fail/ holds one misuse,
// and on its first lines what has to be printed:
//
//     // expects: a sentence
//     // expects[g++]: what this compiler alone says
//
// With SB_FIXED defined the same file holds the right thing, and compiles: so the check can fail.

#include "support/compilers.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::set<std::string> samples() {
    std::set<std::string> names;
    for (auto const& entry : fs::directory_iterator(SB_SAMPLES_DIR "/compile_fail")) {
        if (entry.path().extension() == ".cpp") names.insert(entry.path().filename().string());
    }
    return names;
}

// The words that a compiler has to print about a sample.
std::vector<std::string> expected_of(std::string const& sample, std::string const& compiler) {
    std::ifstream in(SB_SAMPLES_DIR "/compile_fail/" + sample);
    std::vector<std::string> expected;
    for (std::string line; std::getline(in, line) && line.rfind("//", 0) == 0;) {
        for (auto const& prefix : {std::string("// expects: "), "// expects[" + compiler + "]: "}) {
            if (line.rfind(prefix, 0) == 0) expected.push_back(line.substr(prefix.size()));
        }
    }
    return expected;
}

void check_misuse(std::string const& compiler) {
    for (auto const& sample : samples()) {
        CAPTURE(compiler);
        CAPTURE(sample);
        auto const outcome =
            test::compile(compiler, "compile_fail/" + sample, "-std=c++17 -fsyntax-only");
        CHECK(outcome.status == 1);
        auto const expected = expected_of(sample, compiler);
        CHECK_FALSE(expected.empty());
        for (auto const& words : expected) {
            CAPTURE(words);
            CAPTURE(outcome.output);
            bool const are_printed = outcome.output.find(words) != std::string::npos;
            CHECK(are_printed);
        }
    }
}

void check_fixed(std::string const& compiler) {
    for (auto const& sample : samples()) {
        CAPTURE(compiler);
        CAPTURE(sample);
        auto const outcome = test::compile(
            compiler, "compile_fail/" + sample, "-std=c++17 -fsyntax-only -DSB_FIXED");
        CHECK(outcome.status == 0);
        CHECK(outcome.output == "");
    }
}

} // namespace

TEST_CASE("misuse is refused by g++, in words that say what is wrong") { check_misuse("g++"); }

TEST_CASE("misuse is refused by clang++, in words that say what is wrong") {
    check_misuse("clang++");
}

TEST_CASE("the same without the misuse compiles with g++") { check_fixed("g++"); }

TEST_CASE("the same without the misuse compiles with clang++") { check_fixed("clang++"); }
