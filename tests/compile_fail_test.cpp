// Misuse does not compile, and the compiler says why. Each file of compile_fail/ holds one misuse,
// and on its first lines what has to be printed:
//
//     // expects: a sentence
//     // expects[g++]: what this compiler alone says
//
// With SB_FIXED defined the same file holds the right thing, and compiles: so the check can fail.

#include "support/misuse.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

void check_misuse(std::string const& compiler) {
    for (auto const& sample : test::misuse_samples()) {
        CAPTURE(compiler);
        CAPTURE(sample);
        auto const& outcome = test::misuse_outcomes::of(compiler).wrong(sample);
        CHECK(outcome.status == 1);
        auto const expected = test::expected_words(sample, compiler);
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
    for (auto const& sample : test::misuse_samples()) {
        CAPTURE(compiler);
        CAPTURE(sample);
        auto const& outcome = test::misuse_outcomes::of(compiler).right(sample);
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
