// Where a small program of tasks is run in an order that somebody else decides: see explore.hpp, chaos.hpp.
//
//     struct two_writers {
//         sb::mutex lock{};
//         int sum = 0;
//
//         void start(sb::testing::stage& on) {
//             on.start("one", add{this, 1});
//             on.start("two", add{this, 2});
//         }
//         void check(sb::testing::stage& on) {
//             if (!on.is_disturbed() && sum != 3) on.fail("the sum is " + std::to_string(sum));
//         }
//     };
//
// A program is a class that can be made of nothing: each run makes a new one, starts its tasks, turns the loop
// until nothing is left to happen, and checks. Time is virtual. (Other threads have an order of their own: a program
// that uses them is not the same twice. For jobs there is simulate_jobs().)
//
// Promised, and so the same in all orders: those who wait in one object go on in the order in which they came, and
// so do timers, and calls that were posted. Each step is a turn of its own, so that what falls due, or is posted,
// is seen at the next.
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/testing/stage.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/fingerprint.hpp>
#include <switchback/testing/interleaving.hpp>
#include <switchback/testing/simulated_workers.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/unhandled.hpp>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

// What stage::may_fail() throws. Not a finding, where it ends a task.
struct injected_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// How often a run may be disturbed, and by what.
struct disturbances {
    std::size_t most = 1; // in one run
    bool cancels = true;
    bool releases = true;
    bool failures = true; // at stage::may_fail()
    // A step takes so long, as often in one run, beside the others; zero: never. For programs with timers.
    std::chrono::nanoseconds delay = std::chrono::nanoseconds::zero();
};

// Whether it is a finding that a task waits for ever, or fails. `unless_disturbed`: where nothing was cancelled,
// dropped or made to fail. (A task that gets what another one puts may wait for ever if that one is cancelled.)
enum class must_end { always, unless_disturbed, never };

// Of several things that may come next, one. The first is the plain one.
class decider {
public:
    // Which of `ways`, of which the last `faults` disturb. `number` counts a run's decisions, those that have but
    // one way too; `state` is null where there is no telling. No more of this run is wanted: `stop`.
    struct question {
        std::uint32_t number;
        std::size_t ways;
        std::size_t faults;
        std::uint64_t const* state;
    };
    virtual std::size_t decide(question const& asked) noexcept = 0;
    virtual bool wants_states() const noexcept { return false; }
    static constexpr std::size_t stop = static_cast<std::size_t>(-1);

protected:
    ~decider() = default;
};

namespace detail_of_stage {

// A task that was started on the stage; its future is what may be cancelled or dropped.
class actor {
public:
    actor(std::string name, must_end ends) : name_(std::move(name)), ends_(ends) {}
    actor(actor const&) = delete;
    actor& operator=(actor const&) = delete;
    virtual ~actor() = default;

    std::string const& name() const noexcept { return name_; }
    must_end ends() const noexcept { return ends_; }
    virtual detail::node* root() const noexcept = 0; // null: it was dropped
    virtual bool is_ready() const noexcept = 0;
    virtual void cancel() = 0;
    virtual void drop() noexcept = 0;
    virtual std::exception_ptr error() const = 0;
    virtual bool is_cancelled() const = 0;

private:
    std::string name_;
    must_end ends_;
};

template <class T>
class actor_of final : public actor {
public:
    actor_of(std::string name, must_end ends, future<T> task) : actor(std::move(name), ends), task_(std::move(task)) {}

    detail::node* root() const noexcept override { return detail::future_access::state_of(task_); }
    bool is_ready() const noexcept override { return !task_.valid() || task_.ready(); }
    void cancel() override { task_.cancel(); }
    void drop() noexcept override { task_.reset(); }
    std::exception_ptr error() const override { return task_.valid() ? task_.error() : nullptr; }
    bool is_cancelled() const override { return !task_.valid() || task_.cancelled(); }

private:
    future<T> task_;
};

class survey;

} // namespace detail_of_stage

class stage final : private detail::step_chooser {
public:
    stage(decider& by, disturbances const& what);
    stage(stage const&) = delete;
    stage& operator=(stage const&) = delete;
    ~stage();

    // ---- For the program

    // Starts a task, which may be cancelled or dropped at any moment. If it waits for ever in the end, or fails
    // with anything but a cancellation or an injected_failure, that is a finding.
    template <class A>
    void start(std::string name, A&& awaitable, must_end ends = must_end::always) {
        using result_type = detail::result_of<A>;
        actors_.push_back(std::make_unique<detail_of_stage::actor_of<result_type>>(
            std::move(name), ends, scheduler_->start(static_cast<A&&>(awaitable))));
        note_start();
    }
    task_scheduler& scheduler() noexcept { return *scheduler_; }
    virtual_pump& pump() noexcept { return pump_; }

    // Here something may go wrong, in some of the runs: throws injected_failure then.
    void may_fail(char const* what = "an injected failure");

    // The same without a throw: true where it is to go wrong.
    bool may_go_wrong();
    // Of so many ways, one, in each run another; 0 is the plain one. Nothing goes wrong by it.
    std::size_t one_of(std::size_t ways);
    // A row of its own in the table of what has happened, under whoever's step this is.
    void tell(std::string what);
    // sb::offload() without threads, in virtual time, from before the first job. One may fail, as at
    // may_fail(), and where nothing else is said, jobs that end at the same moment do so in any order.
    simulated_workers& simulate_jobs(simulated_jobs how = {});

    // In check(): what was done to this run (a delay is nothing that counts). By name: to that task.
    bool is_disturbed() const noexcept { return disturbed_ != 0; }
    bool is_disturbed(std::string_view task) const noexcept;

    // What was found, at the latest in check(). The first one counts.
    void fail(std::string why);

    // ---- For who runs it

    // Until nothing is left to happen. False: the decider has stopped it.
    bool run();
    // What the program's state() tells, if it has one, and where the program lies.
    void set_state(std::function<void(fingerprint&)> tell, void const* program, std::size_t size);
    // Everything ends; what is left then is a finding, too.
    void close();
    std::string const& finding() const noexcept { return finding_; }
    std::vector<deviation> const& deviations() const noexcept { return deviations_; }
    history const& what_happened() const noexcept { return history_; }
    void keep_history(bool wanted) noexcept { wants_history_ = wanted; }

private:
    friend class detail_of_stage::survey;

    struct option {
        enum class kind { step, cancel, drop, delay, go_on } what;
        detail::node* node = nullptr;
        std::size_t actor = 0;
    };
    // Since when a node waits for the same.
    struct standing {
        void const* what;
        std::uint64_t path;
        std::size_t since;
    };

    // A task's, in the history: by its root, whose address another one may have later.
    struct column {
        std::size_t index;
        bool is_actor;
        bool has_begun;
    };

    detail::node* choose(detail::list_head& ready) noexcept override;
    void woken(detail::node& waiter, detail::waitable const& by) noexcept override;
    bool keeps_behind(detail::node& earlier, detail::node& later) const noexcept;
    void list_steps(detail::list_head& ready);
    void add_disturbances(std::vector<option>& to) const;
    std::size_t decide_next(detail::list_head const* ready);
    std::size_t decide(std::size_t ways, std::size_t faults);
    void disturb(option const& how);
    std::uint64_t state(detail::list_head const* ready);
    void note_start();
    void note(std::size_t task, std::string what, bool is_fault);
    void note_step(detail::node& n);
    void note_delay();
    std::size_t column_of(detail::node& root, bool begins);
    std::size_t column_named(std::string_view name);
    std::size_t new_column(std::string name);
    void check_ends();
    static void report(unhandled_error const& what) noexcept;

    class clock_with_delays;

    decider& decider_;
    disturbances const wanted_;
    virtual_pump pump_;
    std::unique_ptr<clock_with_delays> clock_;
    std::unique_ptr<task_scheduler> scheduler_;
    std::unique_ptr<simulated_workers> workers_; // null: jobs have threads
    stage* const around_; // another one, in whose program this one is
    unhandled_error_handler const handler_around_;

    std::vector<std::unique_ptr<detail_of_stage::actor>> actors_;
    std::vector<std::size_t> disturbed_actors_;
    std::vector<option> options_;
    std::vector<deviation> deviations_;
    std::map<detail::node const*, detail::waitable const*> woken_; // and not gone on: by what
    std::string finding_;
    std::uint32_t decisions_ = 0;
    std::size_t disturbed_ = 0;
    std::size_t delays_ = 0;
    std::size_t steps_ = 0;
    std::size_t looks_ = 0; // at what is ready
    bool is_stopped_ = false;
    bool was_cut_ = false; // by the decider: what is found from then on does not count
    bool is_over_ = false;

    std::function<void(fingerprint&)> tell_state_;
    void const* program_ = nullptr;
    std::size_t program_size_ = 0;
    std::map<detail::node const*, standing> standing_;
    std::size_t arrivals_ = 0;
    std::uint64_t state_ = 0; // at the last decision, with what was decided

    bool wants_history_ = false;
    std::map<detail::node const*, column> columns_;
    history history_;
};

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
