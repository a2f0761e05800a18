// Runs a scenario undisturbed and counts its turns and allocations; then in every way, disturbed at each
// of them.
#include "heap.hpp"
#include "runs.hpp"
#include "scenario.hpp"

#include <switchback/testing/virtual_pump.hpp>
#include <switchback/traceback.hpp>
#include <switchback/unhandled.hpp>

#include <atomic>
#include <new>
#include <optional>
#include <regex>
#include <string>

namespace faults {
namespace {

constexpr std::size_t most_turns = 10'000;

enum class fault {
    none,
    cancel,
    cancel_twice,
    release,
    cancel_and_release,
    destroy,
    allocation,
    memory,
    cancel_in_need,
    release_in_need,
    destroy_in_need,
};

char const* words_for(fault what) {
    switch (what) {
    case fault::none: return "undisturbed";
    case fault::cancel: return "cancelled";
    case fault::cancel_twice: return "cancelled twice";
    case fault::release: return "released";
    case fault::cancel_and_release: return "cancelled, then released";
    case fault::destroy: return "its scheduler destroyed";
    case fault::allocation: return "an allocation fails";
    case fault::memory: return "no memory from there on";
    case fault::cancel_in_need: return "cancelled, and no memory from there on";
    case fault::release_in_need: return "released, and no memory from there on";
    case fault::destroy_in_need: return "its scheduler destroyed, and no memory from there on";
    }
    return "";
}

std::atomic<int> tries_entered{0};
std::atomic<int> tries_left{0};
sb::task_scheduler* current = nullptr;

struct way {
    fault what = fault::none;
    std::size_t at = 0;     // the turn before which it happens, or the number of the allocation
    std::size_t later = 0;  // the second request comes so many turns behind the first
};

struct result {
    std::size_t turns = 0;
    std::size_t allocations = 0;
    std::string wrong; // empty: nothing
};

// ---- Errors that go unhandled

class unhandled_errors {
public:
    unhandled_errors() : before_(sb::set_unhandled_error_handler(&note)) { last_.clear(); }
    unhandled_errors(unhandled_errors const&) = delete;
    unhandled_errors& operator=(unhandled_errors const&) = delete;
    ~unhandled_errors() {
        sb::set_unhandled_error_handler(before_);
        last_.clear();
    }

    static std::string const& last() { return last_; }

private:
    static void note(sb::unhandled_error const& what) {
        heap_aside const own;
        auto const said = sb::describe(what.error);
        if (said.find("bad_alloc") == std::string::npos) last_ = said;
    }

    static inline std::string last_;
    sb::unhandled_error_handler before_;
};

// ---- One run

class stage {
public:
    stage(scenario const& which, way const& how, failing_heap& heap)
        : scenario_(which), how_(how), heap_(heap) {}
    ~stage() {
        future_.reset();
        destroy_scheduler();
    }

    std::string run() {
        try {
            if (!scheduler_) set_up();
            while (scheduler_ && scheduler_->unfinished_tasks() != 0) {
                disturb();
                if (!scheduler_) break;
                if (turns_ == most_turns) return "hung: so many turns have no end";
                turn();
            }
            if (future_.valid() && future_.ready()) (void)future_.error(); // somebody has looked at it
        } catch (sb::testing::deadlock const&) {
            return "hung: a deadlock";
        } catch (std::bad_alloc const&) {
            // It could not even be started.
            if (how_.what != fault::allocation && how_.what != fault::memory) return "out of memory";
        }
        return {};
    }
    std::size_t turns() const noexcept { return turns_; }

private:
    void set_up() {
        scheduler_.emplace(pump_, pump_, sb::worker_options{1, 16});
        scheduler_->set_turn_limit({1});
        current = &*scheduler_;
        future_ = scenario_.start(*scheduler_);
    }
    // Until the scheduler has been called: with jobs under way, the pump only waits.
    void turn() {
        auto const before = pump_.turns();
        while (pump_.turns() == before) pump_.turn(true);
        ++turns_;
    }
    void disturb() {
        bool const is_first = turns_ == how_.at;
        bool const is_second = turns_ == how_.at + how_.later;
        switch (how_.what) {
        case fault::cancel_in_need:
            if (is_first) heap_.fail_from_now_on();
            [[fallthrough]];
        case fault::cancel:
            if (is_first) cancel();
            break;
        case fault::cancel_twice:
            if (is_first || is_second) cancel();
            break;
        case fault::release_in_need:
            if (is_first) heap_.fail_from_now_on();
            [[fallthrough]];
        case fault::release:
            if (is_first) future_.reset();
            break;
        case fault::cancel_and_release:
            if (is_first) cancel();
            if (is_second) future_.reset();
            break;
        case fault::destroy_in_need:
            if (is_first) heap_.fail_from_now_on();
            [[fallthrough]];
        case fault::destroy:
            if (is_first) destroy_scheduler();
            break;
        default: break;
        }
    }
    void cancel() {
        if (future_.valid()) future_.cancel();
    }
    void destroy_scheduler() {
        scheduler_.reset();
        current = nullptr;
    }

    scenario const& scenario_;
    way how_;
    failing_heap& heap_;
    sb::testing::virtual_pump pump_;
    std::optional<sb::task_scheduler> scheduler_;
    sb::future<void> future_;
    std::size_t turns_ = 0;
};

// With what there was before, and should be again.
struct balance {
    int alive = test::live::count();
    int tries = tries_entered - tries_left;
    long blocks = blocks_outstanding();
};

result run_once(scenario const& which, way const& how) {
    result found;
    unhandled_errors const errors;
    balance const before;
    {
        bool const fails = how.what == fault::allocation || how.what == fault::memory;
        failing_heap heap(fails ? how.at : 0, how.what == fault::memory);
        {
            stage on(which, how, heap);
            found.wrong = on.run();
            found.turns = on.turns();
        }
        found.allocations = heap.allocations();
    }
    balance const behind;
    if (!found.wrong.empty()) return found;
    if (behind.alive != before.alive) {
        found.wrong = "objects that were not destroyed: " + std::to_string(behind.alive - before.alive);
    } else if (behind.tries != before.tries) {
        found.wrong = "finally blocks that were not run: " + std::to_string(behind.tries - before.tries);
    } else if (behind.blocks != before.blocks) {
        found.wrong = "blocks that were not freed: " + std::to_string(behind.blocks - before.blocks);
    } else if ((which.what & may_report) == 0 && !errors.last().empty()) {
        found.wrong = "unhandled: " + errors.last();
    }
    return found;
}

// What is made once, and kept for the next time, looks like a leak once.
result run_checked(scenario const& which, way const& how) {
    auto found = run_once(which, how);
    if (found.wrong.rfind("blocks", 0) == 0) found = run_once(which, how);
    if ((which.what & uses_threads) == 0) ++so_far().runs;
    INFO(words_for(how.what) << " at " << how.at << ", and " << how.later << " later");
    CHECK(found.wrong == "");
    return found;
}

std::set<std::string> rules_in(std::string const& words) {
    std::set<std::string> found;
    std::regex const id(R"((gen|imvu|aio|trio|own) [A-Z]+[0-9]+)");
    auto const ids = words.substr(0, words.find(':'));
    for (std::sregex_iterator at(ids.begin(), ids.end(), id), end; at != end; ++at) found.insert(at->str());
    return found;
}

} // namespace

totals& so_far() {
    static totals all;
    return all;
}

sb::task_scheduler& scheduler() { return *current; }
void enters_try() noexcept { ++tries_entered; }
void leaves_try() noexcept { ++tries_left; }

void run_in_all_ways(scenario const& which) {
    ++so_far().scenarios;
    auto const rules = rules_in(which.words);
    CHECK_FALSE(rules.empty());
    so_far().rules.insert(rules.begin(), rules.end());

    auto const whole = run_checked(which, {});
    CHECK(whole.turns > 0);
    CHECK(whole.allocations > 0);
    for (std::size_t at = 0; at < whole.turns; ++at) {
        run_checked(which, {fault::cancel, at});
        run_checked(which, {fault::release, at});
        run_checked(which, {fault::destroy, at});
        run_checked(which, {fault::cancel_in_need, at});
        run_checked(which, {fault::release_in_need, at});
        run_checked(which, {fault::destroy_in_need, at});
        for (std::size_t later = 1; later <= 4; ++later) {
            run_checked(which, {fault::cancel_twice, at, later});
            run_checked(which, {fault::cancel_and_release, at, later});
        }
    }
    for (std::size_t number = 1; number <= whole.allocations; ++number) {
        run_checked(which, {fault::allocation, number});
        run_checked(which, {fault::memory, number});
    }
}

} // namespace faults
