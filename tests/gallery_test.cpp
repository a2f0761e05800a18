// docs/misuse-gallery.md quotes the compilers. It says of each sample what they say now, where they
// are those that it was made with; and of any other at least the library's own sentences.
// `tools/gallery` writes it anew.

#include "support/gallery.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace {

std::string page() {
    auto text = test::text_of(SB_SAMPLES_DIR "/../docs/misuse-gallery.md");
    REQUIRE_FALSE(text.empty());
    return text;
}

bool holds(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

// The entry of a sample; empty if there is none.
std::string entry_in(std::string const& text, std::string const& sample) {
    auto const begin = text.find("\n### " + test::title_of(sample) + "\n");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find("\n##", begin + 1) - begin);
}

// Within an entry, what it quotes of a compiler.
std::string quotation_in(std::string const& entry, std::string const& compiler) {
    std::string const opening = "\n" + compiler + ":\n\n```text\n";
    auto const begin = entry.find(opening);
    if (begin == std::string::npos) return {};
    return entry.substr(begin, entry.find("\n```\n", begin + opening.size()) - begin);
}

} // namespace

TEST_CASE("gallery: every misuse has an entry, with its code and the library's own sentence") {
    auto const text = page();
    for (auto const& name : test::misuse_samples()) {
        CAPTURE(name);
        auto const entry = entry_in(text, name);
        INFO("the gallery is behind the samples: run tools/gallery");
        CHECK_FALSE(entry.empty());
        auto const sample = test::shown(name);
        CHECK(holds(entry, "```c++\n" + test::joined(sample.wrong) + "```\n"));
        CHECK(holds(entry, "```c++\n" + test::joined(sample.right) + "```\n") != sample.right.empty());
        for (std::string const compiler : test::compilers) {
            for (auto const& words : test::expected_words(name, compiler)) {
                CAPTURE(compiler);
                CAPTURE(words);
                auto const quotation = quotation_in(entry, compiler);
                CHECK(holds(quotation, test::plain_line(words, sample)));
            }
        }
    }
}

TEST_CASE("gallery: every entry is of a sample that there is") {
    auto const text = page();
    std::set<std::string> known;
    for (auto const& name : test::misuse_samples()) known.insert(test::title_of(name));
    for (auto const& line : test::lines_of(text)) {
        CAPTURE(line);
        if (test::begins_with(line, "### ")) CHECK(known.count(line.substr(4)) == 1);
    }
}

TEST_CASE("gallery: the compilers print what it quotes, and name a line of the user's") {
    auto const text = page();
    for (std::string const compiler : test::compilers) {
        CAPTURE(compiler);
        if (!test::is_installed(compiler)) {
            FAIL_CHECK(compiler << " is not in the PATH, so that its words cannot be compared");
            continue;
        }
        auto const version = test::version_of(compiler);
        bool const is_quoted = holds(text, test::version_words(compiler, version));
        if (!is_quoted) {
            MESSAGE("the gallery quotes another version than " << compiler << " " << version
                        << ": the library's own sentences alone are compared, by the tests of misuse");
        }
        for (auto const& name : test::misuse_samples()) {
            CAPTURE(name);
            auto const quotation = test::quoted(compiler, test::shown(name));
            CAPTURE(quotation);
            CHECK(holds(quotation, "body.cpp:"));
            INFO("where this is as it should be, run tools/gallery");
            if (is_quoted) {
                CHECK(holds(entry_in(text, name), "\n" + compiler + ":\n\n" + quotation));
            }
        }
    }
}

TEST_CASE("gallery: every type of misuse has its row, with when it is thrown and what it says") {
    auto const text = page();
    auto const types = test::misuse_types();
    CHECK(types.size() > 10);
    for (auto const& type : types) {
        CAPTURE(type.name);
        CHECK_FALSE(type.when.empty());
        CHECK(holds(text, "\n" + test::row_of(type) + "\n"));
    }
}

TEST_CASE("gallery: the whole page is as tools/gallery writes it, with these compilers") {
    auto const text = page();
    for (std::string const compiler : test::compilers) {
        if (!holds(text, test::version_words(compiler, test::version_of(compiler)))) {
            MESSAGE("not compared: the gallery quotes another version of " << compiler);
            return;
        }
    }
    bool const is_written_anew = text == test::gallery_page();
    INFO("run tools/gallery");
    CHECK(is_written_anew);
}
