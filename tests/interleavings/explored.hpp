// Small programs, each of which is run in every order and under many seeds. What was done is counted: see
// totals_test.cpp, and floor.txt beside it.
#pragma once

#include <switchback/switchback.hpp>
#include <switchback/testing/chaos.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace orders {

namespace sb = switchback;
using namespace std::chrono_literals;
using sb::testing::must_end;

struct program_counts {
    std::string name;
    std::size_t tried; // in every order
    std::size_t states;
    std::size_t seeds;
};

inline std::vector<program_counts>& all_counts() {
    static std::vector<program_counts> counts;
    return counts;
}

// How many of a thousand are wanted: SB_SEEDS=10000 for long runs.
inline std::size_t seeds(std::size_t of_a_thousand = 1000) {
    auto const* const wanted = std::getenv("SB_SEEDS");
    return (wanted == nullptr ? std::size_t(1000) : std::stoul(wanted)) * of_a_thousand / 1000;
}

template <class Program>
void in_every_order(char const* name, sb::testing::disturbances const& disturb = {}) {
    INFO(std::string(name));
    auto const found = sb::testing::explore<Program>({disturb, 2000000});
    CHECK_MESSAGE(found.is_clean(), found.to_string());
    auto const more = sb::testing::chaos<Program>(seeds(200), {disturb, 1});
    CHECK_MESSAGE(more.is_clean(), more.to_string());
    all_counts().push_back({name, found.runs, found.states, more.runs});
}

template <class Program>
void under_seeds(char const* name, sb::testing::disturbances const& disturb = {}) {
    INFO(std::string(name));
    auto const found = sb::testing::chaos<Program>(seeds(), {disturb, 1});
    CHECK_MESSAGE(found.is_clean(), found.to_string());
    all_counts().push_back({name, 0, 0, found.runs});
}

// What most programs have: a log of a letter for each thing that happens, and a count of the tries that were entered
// and of their clean-ups.
struct program_without_state {
    sb::testing::stage* on = nullptr;
    std::string log{};
    int entered = 0;
    int left = 0;

    void note(char what) { log += what; }
    void check_clean_ups(sb::testing::stage& of) const {
        if (entered != left) of.fail("a clean-up was not run: " + log);
    }
    std::size_t count(char what) const { return static_cast<std::size_t>(std::count(log.begin(), log.end(), what)); }
    // Of those that are in both: whether they come in the same order.
    static bool same_order(std::string const& one, std::string const& other) {
        auto const kept = [](std::string const& of, std::string const& those) {
            std::string found;
            for (char const each : of) {
                if (those.find(each) != std::string::npos) found += each;
            }
            return found;
        };
        return kept(one, other) == kept(other, one);
    }
};
struct program : program_without_state {
    void state(sb::testing::fingerprint& of) const { of << log << entered << left; }
};

} // namespace orders
