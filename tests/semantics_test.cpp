// docs/semantics.md and the tests hold each other to account: a rule that stands is proven by a test
// that names it, and a test names only rules that stand.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string text_of(fs::path const& file) {
    std::ifstream in(file);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

// The rows `| gen A1 | … |`.
std::map<std::string, std::string> rules() {
    std::map<std::string, std::string> found;
    std::regex const row(R"(\n\| ((?:gen|imvu|aio|trio|own) [A-Z]+[0-9]+) \| ([^\n]*))");
    auto const text = text_of(fs::path(SB_SOURCE_DIR) / "docs" / "semantics.md");
    for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
        CAPTURE((*at)[1].str());
        CHECK(found.emplace((*at)[1], (*at)[2]).second); // each id once
    }
    return found;
}

// What stands before the colon in TEST_CASE("gen A1, gen A2: …").
std::set<std::string> named_by_tests() {
    std::set<std::string> found;
    std::regex const name(R"-(TEST_CASE(?:_FIXTURE|_TEMPLATE)?\(\s*(?:\w+,\s*)?"([^":]*):)-");
    std::regex const id(R"((gen|imvu|aio|trio|own) [A-Z]+[0-9]+)");
    for (auto const& entry : fs::recursive_directory_iterator(fs::path(SB_SOURCE_DIR) / "tests")) {
        if (entry.path().extension() != ".cpp") continue;
        auto const text = text_of(entry.path());
        for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) {
            auto const ids = (*at)[1].str();
            for (std::sregex_iterator one(ids.begin(), ids.end(), id); one != end; ++one) {
                found.insert(one->str());
            }
        }
    }
    return found;
}

} // namespace

TEST_CASE("semantics: every rule has a test that names it, or the reason why it is not reproduced") {
    auto const named = named_by_tests();
    auto const known = rules();
    CHECK(known.size() > 60);
    for (auto const& [id, rule] : known) {
        bool const excused = rule.find("not reproduced: ") != std::string::npos;
        CAPTURE(id);
        CAPTURE(rule);
        CHECK((named.count(id) != 0) != excused);
    }
}

TEST_CASE("semantics: every rule that a test names is in the specification") {
    auto const known = rules();
    for (auto const& id : named_by_tests()) {
        CAPTURE(id);
        CHECK(known.count(id) != 0);
    }
}

TEST_CASE("semantics: every rule that the page refers to stands in it") {
    auto const known = rules();
    auto const text = text_of(fs::path(SB_SOURCE_DIR) / "docs" / "semantics.md");
    std::regex const id(R"((gen|imvu|aio|trio|own) [A-Z]+[0-9]+)");
    for (std::sregex_iterator at(text.begin(), text.end(), id), end; at != end; ++at) {
        CAPTURE(at->str());
        CHECK(known.count(at->str()) != 0);
    }
}
