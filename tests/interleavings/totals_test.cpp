// Behind all others, whose files come first in the alphabet: what was tried, and that it does not become less.
#include "explored.hpp"

#include <cstdio>
#include <fstream>
#include <map>

namespace {

std::map<std::string, std::size_t> floor_numbers() {
    std::ifstream in(SB_SOURCE_DIR "/tests/interleavings/floor.txt");
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

TEST_CASE("own IX1: the numbers of programs, of their states and of runs do not fall") {
    auto const& all = orders::all_counts();
    std::size_t programs = 0, states = 0, tried = 0, under_seeds = 0;
    std::printf("%-28s %9s %9s %9s\n", "program", "states", "orders", "seeds");
    for (auto const& each : all) {
        std::printf("%-28s %9zu %9zu %9zu\n", each.name.c_str(), each.states, each.tried, each.seeds);
        ++programs;
        states += each.states;
        tried += each.tried;
        under_seeds += each.seeds;
    }
    std::printf("programs %zu\nstates %zu\norders %zu\nseeds %zu\n", programs, states, tried, under_seeds);
    auto const floor = floor_numbers();
    REQUIRE(floor.size() == 4);
    if (programs < floor.at("programs")) {
        MESSAGE("not all programs were run, so nothing is compared");
        return;
    }
    CHECK(states >= floor.at("states"));
    CHECK(tried >= floor.at("orders"));
    if (orders::seeds() >= 1000) CHECK(under_seeds >= floor.at("seeds"));
}
