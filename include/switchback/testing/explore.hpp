// Every order in which a small program may run, and every way in which it may be disturbed.
//
//     auto const found = sb::testing::explore<two_writers>();
//     INFO(found.to_string());
//     CHECK(found.is_clean());
//
// The program (see stage.hpp) is run again and again, until there is no decision left that was not taken each way:
// which of the ready tasks goes on, where no order is promised; whether one is cancelled, or its future dropped,
// or fails at stage::may_fail(). What is promised stays as it is: the order of those who wait in one object, of
// timers, of posted calls.
//
// A program that has a
//
//     void state(sb::testing::fingerprint& of) const { of << sum << log; }
//
// is not run on from where another run has been: the fingerprint takes together where all tasks stand, in which
// order they wait, which timers run, and what state() tells. That has to be all else that decides what they do next,
// and all that check() looks at: what they share (of a queue its items, of an event whether it is set: what cannot
// be seen from who waits), and members of their frames that count. What state() forgets is missed: if two runs
// differ in nothing else, one of them is not gone on with. Without state(), every order is run to its end: for
// programs of some ten steps.
//
// With it, it is seen too where a program can come to that it never ends, in whichever order it goes on, unless
// something disturbs it.
#pragma once

#include <switchback/testing/stage.hpp>

#include <unordered_map>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

struct exploration {
    std::size_t runs = 0;
    std::size_t states = 0;    // told apart by their fingerprints; without these, decisions
    bool is_exhausted = false; // everything was tried
    std::string finding{};     // the first that was found; empty if there was none
    interleaving where{};      // the order that leads there
    history what_happened{};

    bool is_clean() const noexcept { return is_exhausted && finding.empty(); }
    // For people.
    std::string to_string() const;
};

struct exploration_limits {
    disturbances disturb{};
    std::size_t most_runs = 1000000;
};

namespace detail_of_stage {

// The exception being caught has left a program's start() or check().
void fail_with_current(stage& on);

// One run of a program.
template <class Program>
void run_once(stage& on) {
    Program program{}; // outlives the tasks
    if constexpr (has_state<Program>::value) {
        on.set_state([&program](fingerprint& of) { program.state(of); }, &program, sizeof program);
    }
    try {
        program.start(on);
        if (on.run() && on.finding().empty()) program.check(on);
    } catch (...) {
        fail_with_current(on);
    }
    on.close();
}

// Takes all decisions, depth first.
class all_ways final : public decider {
public:
    std::size_t decide(question const& asked) noexcept override;
    bool wants_states() const noexcept override { return true; }
    // Behind each run but the last. False: there is no other one.
    bool next_run();
    std::size_t states() const noexcept { return states_.size(); }
    // When all was tried: the way to where no run comes to an end from, unless it is disturbed. False: there is no
    // such place.
    bool find_endless(interleaving& way) const;

private:
    struct decision {
        std::size_t way;
        std::size_t ways;
        std::size_t faults;
        std::size_t state;
        std::uint32_t number;

        bool is_fault() const noexcept { return way >= ways - faults; }
        deviation as_deviation() const noexcept { return {number, static_cast<std::uint32_t>(way)}; }
    };
    // Reached first from there, by that decision.
    struct state {
        std::size_t from;
        deviation by;
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::vector<decision> path_;
    std::size_t at_ = 0;
    bool was_stopped_ = false;
    bool has_fingerprints_ = false;
    std::unordered_map<std::uint64_t, std::size_t> seen_;
    std::vector<state> states_;
    std::vector<std::pair<std::size_t, std::size_t>> ways_back_; // to, from
    std::vector<std::size_t> ends_;                              // from where a run has come to its end
};

// Takes those that an interleaving names.
class given_ways final : public decider {
public:
    explicit given_ways(interleaving const& of) noexcept : of_(of) {}
    std::size_t decide(question const& asked) noexcept override {
        auto const way = of_.way_at(asked.number);
        return way < asked.ways ? way : 0;
    }

private:
    interleaving const& of_;
};

// A run in that order, with all that happens in it. Empty: nothing was found.
template <class Program>
std::string run_again(interleaving const& order, disturbances const& disturb, history* told = nullptr) {
    given_ways ways(order);
    stage on(ways, disturb);
    on.keep_history(told != nullptr);
    run_once<Program>(on);
    if (told != nullptr) *told = on.what_happened();
    return on.finding();
}

// Without each deviation that the finding can do without.
using rerun = std::function<bool(interleaving const&)>;
interleaving shrunk(interleaving const& order, rerun const& fails);

// What was found, as it is told: in an order that needs each of its deviations. (There may be one with fewer.)
template <class Program, class Report>
void tell_finding(Report& found, interleaving const& order, disturbances const& disturb) {
    found.where = shrunk(
        order, [&](interleaving const& other) { return !run_again<Program>(other, disturb).empty(); });
    found.finding = run_again<Program>(found.where, disturb, &found.what_happened);
}

} // namespace detail_of_stage

template <class Program>
exploration explore(exploration_limits const& limits = {}) {
    exploration found;
    detail_of_stage::all_ways ways;
    do {
        stage on(ways, limits.disturb);
        detail_of_stage::run_once<Program>(on);
        ++found.runs;
        if (!on.finding().empty()) {
            found.where = interleaving(on.deviations());
            found.finding = on.finding();
            break;
        }
        found.is_exhausted = !ways.next_run();
    } while (!found.is_exhausted && found.runs < limits.most_runs);
    found.states = ways.states();
    if (!found.finding.empty() || (found.is_exhausted && ways.find_endless(found.where))) {
        detail_of_stage::tell_finding<Program>(found, found.where, limits.disturb);
    }
    return found;
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
