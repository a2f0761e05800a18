// Behind all scenarios, whose files come first in the alphabet: how many they were, and how often they
// were run.
#include "runs.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace {

std::map<std::string, std::size_t> floor_numbers() {
    std::ifstream in(SB_SOURCE_DIR "/tests/faults/floor.txt");
    REQUIRE(in);
    std::map<std::string, std::size_t> found;
    for (std::string line; std::getline(in, line);) {
        auto const space = line.find(' ');
        if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
        found[line.substr(0, space)] = std::stoul(line.substr(space));
    }
    return found;
}

} // namespace

TEST_CASE("faults: the rules that scenarios name are in the specification") {
    std::ifstream in(SB_SOURCE_DIR "/docs/semantics.md");
    std::string const text{std::istreambuf_iterator<char>(in), {}};
    for (auto const& rule : faults::so_far().rules) {
        CAPTURE(rule);
        CHECK(text.find("\n| " + rule + " |") != std::string::npos);
    }
}

TEST_CASE("faults: the numbers of scenarios, of their rules and of runs do not fall") {
    auto const& all = faults::so_far();
    std::printf("%d scenarios of %zu rules, %zu runs\n", all.scenarios, all.rules.size(), all.runs);
    if (all.scenarios != faults::scenarios_registered) {
        MESSAGE("not all scenarios were run, so nothing is compared");
        return;
    }
    auto const floor = floor_numbers();
    REQUIRE(floor.size() == 3);
    CHECK(static_cast<std::size_t>(all.scenarios) >= floor.at("scenarios"));
    CHECK(all.rules.size() >= floor.at("rules"));
    CHECK(all.runs >= floor.at("runs"));
}
