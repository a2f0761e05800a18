// Programs as data, made at random: what can come out of them is the same set whether or not a run is left where
// another one has been. So the fingerprint of where a program stands forgets nothing that counts.
#include "explored.hpp"

#include <cstdio>
#include <deque>
#include <iterator>
#include <set>

namespace {

using namespace orders;

enum class kind { yields, sleeps, sets, clears, waits, locks, acquires, puts, gets, side_by_side, limits, may_fail };

struct operation {
    kind what;
    int with; // which object; how long
};
using operations = std::vector<operation>;

struct plan {
    std::vector<operations> tasks; // the first `roots` are started, the others stand in for branches
    std::size_t roots = 0;
};

// That which is being explored, and what has come out of it.
plan current;
std::set<std::string> outcomes;

class random_plans {
public:
    explicit random_plans(std::uint32_t seed) : state_(seed * 2654435761u + 12345u) {}

    plan make(std::size_t roots, std::size_t length) {
        plan made;
        made.roots = roots;
        made.tasks.resize(roots + 2 * roots);
        for (std::size_t i = 0; i < roots; ++i) {
            made.tasks[i] = operations_of(length, true);
            for (std::size_t branch = 0; branch < 2; ++branch) {
                made.tasks[roots + 2 * i + branch] = operations_of(1 + below(2), false);
            }
        }
        return made;
    }

private:
    std::size_t below(std::size_t end) {
        state_ = state_ * 1664525u + 1013904223u;
        return (state_ >> 12) % end;
    }
    operations operations_of(std::size_t length, bool with_branches) {
        operations made;
        for (std::size_t i = 0; i < length; ++i) {
            auto const what = static_cast<kind>(below(12));
            bool const is_outer = what == kind::side_by_side || what == kind::limits;
            made.push_back({is_outer && !with_branches ? kind::waits : what, static_cast<int>(below(2))});
        }
        return made;
    }

    std::uint32_t state_;
};

struct tiny : program_without_state {
    std::array<sb::event, 2> events{};
    std::array<sb::mutex, 2> mutexes{};
    sb::semaphore semaphore{1};
    std::deque<sb::queue<char>> queues{};
    std::vector<std::size_t> at{};

    tiny() {
        queues.emplace_back();
        queues.emplace_back(1);
        at.resize(current.tasks.size());
    }

    struct runs {
        tiny* p;
        std::size_t which;
        char item = 0;
        std::optional<sb::mutex::guard> lock{};
        std::optional<sb::semaphore::permit> permit{};
        std::optional<sb::move_on_after> limit{};

        operation const& next() const { return current.tasks[which][p->at[which]]; }
        std::size_t object() const { return static_cast<std::size_t>(next().with); }
        std::size_t branch(std::size_t i) const { return current.roots + 2 * which + i; }

        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                for (; p->at[which] < current.tasks[which].size(); ++p->at[which]) {
                    SB_SWITCH (next().what) {
                    SB_CASE(kind::yields):
                        SB_AWAIT(sb::yield_now());
                        break;
                    SB_CASE(kind::sleeps):
                        SB_AWAIT(sb::sleep((1 + next().with) * 1s));
                        break;
                    SB_CASE(kind::sets):
                        p->events[object()].set();
                        break;
                    SB_CASE(kind::clears):
                        p->events[object()].clear();
                        break;
                    SB_CASE(kind::waits):
                        SB_AWAIT(p->events[object()].wait());
                        break;
                    SB_CASE(kind::locks):
                        SB_ASYNC_WITH(lock, p->mutexes[object()].lock()) {
                            p->note(static_cast<char>('0' + which));
                            SB_AWAIT(sb::yield_now());
                        } SB_END_WITH
                        break;
                    SB_CASE(kind::acquires):
                        SB_ASYNC_WITH(permit, p->semaphore.acquire()) {
                            SB_AWAIT(p->events[object()].wait());
                        } SB_END_WITH
                        break;
                    SB_CASE(kind::puts):
                        SB_AWAIT(p->queues[object()].put(static_cast<char>('A' + which)));
                        break;
                    SB_CASE(kind::gets):
                        SB_AWAIT_INTO(item, p->queues[object()].get());
                        p->note(item);
                        break;
                    SB_CASE(kind::side_by_side):
                        SB_AWAIT(sb::run_in_parallel(runs{p, branch(0)}, runs{p, branch(1)}));
                        break;
                    SB_CASE(kind::limits):
                        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
                            SB_AWAIT(p->events[object()].wait());
                            p->note('e');
                        } SB_END_WITH
                        break;
                    SB_CASE(kind::may_fail):
                        p->on->may_fail();
                        p->note('m');
                        break;
                    }
                    p->note(static_cast<char>('a' + which));
                }
            } SB_FINALLY {
                p->note('!');
                SB_AWAIT(sb::yield_now());
                p->note(static_cast<char>('a' + which));
            } SB_END_TRY
            SB_END();
        }
    };

    static std::string name_of(std::size_t which) { return std::string(1, static_cast<char>('a' + which)); }

    void start(sb::testing::stage& of) {
        on = &of;
        for (std::size_t i = 0; i < current.roots; ++i) of.start(name_of(i), runs{this, i}, must_end::never);
    }
    void check(sb::testing::stage& of) {
        log += ' ';
        for (auto const each : at) log += std::to_string(each);
        for (std::size_t i = 0; i < current.roots; ++i) {
            if (of.is_disturbed(name_of(i))) log += " ~";
        }
        outcomes.insert(log);
    }
};

// The same, that runs are left of.
struct tiny_with_state : tiny {
    void state(sb::testing::fingerprint& of) const {
        of << log << at << events[0].is_set() << events[1].is_set() << semaphore.available();
        for (auto const& each : queues) of << each.size();
    }
};

struct explored {
    std::set<std::string> outcomes{};
    std::size_t runs = 0;
    std::size_t states = 0;
};

template <class Program>
explored outcomes_of(plan const& which, std::size_t most, sb::testing::disturbances const& disturb) {
    current = which;
    outcomes.clear();
    auto const found = sb::testing::explore<Program>({disturb, most});
    CHECK_MESSAGE(found.finding.empty(), found.to_string());
    if (!found.is_exhausted) outcomes.clear();
    return {std::move(outcomes), found.runs, found.states};
}

struct comparison {
    std::size_t compared = 0, outcomes = 0, runs = 0, runs_with_state = 0;

    void of(plan const& made, std::size_t most, sb::testing::disturbances const& disturb) {
        auto const whole = outcomes_of<tiny>(made, most, disturb);
        if (whole.outcomes.empty()) return; // too large
        auto const merged = outcomes_of<tiny_with_state>(made, most, disturb);
        ++compared;
        outcomes += whole.outcomes.size();
        runs += whole.runs;
        runs_with_state += merged.runs;
        std::vector<std::string> missed;
        std::set_difference(whole.outcomes.begin(), whole.outcomes.end(), merged.outcomes.begin(),
            merged.outcomes.end(), std::back_inserter(missed));
        CHECK(merged.outcomes.size() == whole.outcomes.size());
        CHECK(missed == std::vector<std::string>());
        CHECK(merged.runs <= whole.runs);
    }
    void of_random(
        std::size_t roots, std::size_t length, std::uint32_t plans, sb::testing::disturbances const& disturb) {
        auto const before = compared;
        for (std::uint32_t seed = 1; seed <= plans; ++seed) {
            CAPTURE(seed);
            of(random_plans(seed).make(roots, length), 20000, disturb);
        }
        CHECK((compared - before) * 3 >= plans);
    }
};

plan by_hand(std::vector<operations> tasks) {
    plan made;
    made.roots = tasks.size();
    made.tasks = std::move(tasks);
    made.tasks.resize(3 * made.roots);
    return made;
}

TEST_CASE("own IX2: no outcome is missed where runs are left that come to where another has been") {
    comparison all;
    sb::testing::disturbances quiet;
    quiet.most = 0;
    // Nothing but the order in which they wait tells these apart.
    operations const puts_two{{kind::yields, 0}, {kind::puts, 0}, {kind::puts, 0}};
    all.of(by_hand({{{kind::gets, 0}}, {{kind::gets, 0}}, puts_two}), 20000, quiet);
    all.of(by_hand({{{kind::locks, 0}}, {{kind::locks, 0}}, {{kind::locks, 0}}}), 20000, quiet);
    all.of(by_hand({{{kind::sleeps, 0}}, {{kind::sleeps, 0}}, {{kind::sleeps, 0}}}), 20000, quiet);
    all.of_random(2, 4, 120, quiet);
    all.of_random(3, 3, 60, quiet);
    all.of_random(2, 3, 60, {});
    all.of_random(2, 3, 40, {1, false, false, false, 1s}); // slow steps
    std::printf("%zu tiny programs: %zu outcomes in %zu runs, or %zu\n", all.compared, all.outcomes, all.runs,
        all.runs_with_state);
}

} // namespace
