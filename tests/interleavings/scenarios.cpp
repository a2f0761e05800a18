// The programs of tests/faults, in any order: each is run under many seeds, cancelled and released now and then, and
// twice with each seed. Nothing may leak or go on for ever, every finally is run, and both runs are the same.
#include "../faults/scenario.hpp"

#include <switchback/testing/chaos.hpp>

#include <cstdlib>
#include <string>

namespace faults {
namespace {

namespace testing = sb::testing;

int tries_entered = 0;
int tries_left = 0;
sb::task_scheduler* current = nullptr;
scenario const* running = nullptr;

struct program {
    void start(testing::stage& on) {
        current = &on.scheduler();
        on.start("it", running->start(on.scheduler()), testing::must_end::never);
    }
    void check(testing::stage&) {}
};

struct outcome {
    std::string finding;
    std::string history;
};

outcome run(std::uint64_t seed) {
    tries_entered = tries_left = 0;
    auto const alive = test::live::count();
    testing::detail_of_stage::random_ways ways(seed);
    testing::stage on(ways, {2});
    on.keep_history(true);
    testing::detail_of_stage::run_once<program>(on);
    std::string finding = on.finding();
    if (finding.find("went unhandled") != std::string::npos) finding.clear(); // they have nobody who looks at them
    if (test::live::count() != alive) finding += "objects are left, or died twice; ";
    if (tries_entered != tries_left) finding += "a clean-up was not run; ";
    return {finding, testing::interleaving(on.deviations()).to_string() + '\n' + on.what_happened().to_string()};
}

std::uint64_t seeds() {
    auto const* const wanted = std::getenv("SB_SEEDS");
    return (wanted == nullptr ? 1000 : std::stoul(wanted)) / 5;
}

} // namespace

void run_in_all_ways(scenario const& which) {
    if ((which.what & uses_threads) != 0) return;
    running = &which;
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
        INFO("seed " << seed);
        auto const once = run(seed);
        CHECK_MESSAGE(once.finding.empty(), once.finding << '\n' << once.history);
        auto const again = run(seed);
        CHECK(once.history == again.history);
        if (!once.finding.empty()) return;
    }
}

sb::task_scheduler& scheduler() { return *current; }
void enters_try() noexcept { ++tries_entered; }
void leaves_try() noexcept { ++tries_left; }

} // namespace faults
