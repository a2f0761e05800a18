// A call to the scheduler's thread whose caller, on another thread, waits for the answer. See
// <switchback/remote.hpp>.
//
// What is called is the caller's, who waits, and so is only referred to. The answer is held by both sides:
// either may be the last to let go of it.
#pragma once

#include <switchback/detail/branches.hpp>
#include <switchback/detail/inbox.hpp>
#include <switchback/detail/worker_pool.hpp>
#include <switchback/outcome.hpp>
#include <switchback/start.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_EXCEPTIONS

template <class R>
class awaited_call : public message {
public:
    // Sends it, and waits until it has been answered, on whichever way.
    static R send_and_wait(inbox& to, std::shared_ptr<awaited_call> call) {
        call->self_ = call;
        if (!to.try_put(*call)) {
            call->self_.reset();
            throw scheduler_closed{};
        }
        outcome<R> got = call->wait();
        call.reset();
        return std::move(got).value();
    }

    void discard() noexcept override {
        auto const self = take_self();
        answer([]() -> outcome<R> { throw scheduler_closed{}; });
    }

protected:
    awaited_call(core& home, inbox const& to) noexcept : home_(home), by_job_(worker_pool::is_worker_of(to)) {}
    ~awaited_call() = default;

    core& home() const noexcept { return home_; }

    // On the scheduler's thread: meanwhile the caller does nothing. (A test's clock would stand still for a job
    // that does something.)
    void begin_to_serve() noexcept {
        if (by_job_) home_.workers().begin_to_serve();
    }
    void end_serving() noexcept {
        if (by_job_) home_.workers().end_serving();
    }

    std::shared_ptr<awaited_call> take_self() noexcept { return std::move(self_); }

    // With what the function returns or throws.
    template <class Function>
    void answer(Function&& function) noexcept {
        try {
            outcome_.emplace(function());
        } catch (...) {
            outcome_.emplace(outcome_access::of_failure<R>(known_failure(std::current_exception())));
        }
        std::lock_guard<std::mutex> const lock(mutex_);
        answered_ = true;
        answer_came_.notify_one();
    }

private:
    outcome<R> wait() {
        std::unique_lock<std::mutex> lock(mutex_);
        answer_came_.wait(lock, [this] { return answered_; });
        outcome<R> taken(std::move(*outcome_));
        outcome_.reset(); // here, where it was asked for
        return taken;
    }

    core& home_; // there as long as messages are delivered
    bool const by_job_;
    std::shared_ptr<awaited_call> self_; // while it is under way
    std::mutex mutex_;
    std::condition_variable answer_came_;
    bool answered_ = false;
    std::optional<outcome<R>> outcome_;
};

// Of a function, which is called.
template <class R, class Function>
class function_call final : public awaited_call<R> {
public:
    function_call(core& home, inbox const& to, Function& function) noexcept
        : awaited_call<R>(home, to), function_(function) {}

    void deliver() noexcept override {
        auto const self = this->take_self();
        this->begin_to_serve();
        this->answer([this] { return call(); });
    }

private:
    outcome<R> call() {
        struct serving {
            function_call& what;
            ~serving() { what.end_serving(); }
        } const until_the_end{*this};
        if constexpr (std::is_void_v<R>) {
            function_();
            return outcome_access::of_value<void>();
        } else {
            return outcome_access::of_value<R>(function_());
        }
    }

    Function& function_;
};

// Of something to be awaited, which is started, and has ended when the answer comes.
template <class R, class A>
class task_call final : public awaited_call<R> {
public:
    task_call(core& home, inbox const& to, A&& awaited) noexcept
        : awaited_call<R>(home, to), awaited_(static_cast<A&&>(awaited)) {}

    void deliver() noexcept override {
        std::shared_ptr<awaited_call<R>> const self = this->take_self();
        try {
            start(self);
        } catch (...) {
            this->answer([]() -> outcome<R> { throw; });
        }
    }

private:
    void start(std::shared_ptr<awaited_call<R>> const& self) {
        try {
            this->home().check_open();
        } catch (wrong_scheduler const&) {
            throw scheduler_closed{};
        }
        auto const task = future_access::make(*detail::start(this->home(), static_cast<A&&>(awaited_), 1));
        task.on_ready([self, this](future<R> ended) {
            this->end_serving();
            this->answer([&] { return outcome_of(*future_access::state_of(ended)); });
        });
        this->begin_to_serve();
    }
    static outcome<R> outcome_of(result_state<R>& task) {
        if (task.is(has_failed)) return outcome_access::of_failure<R>(take_failure(task));
        if constexpr (std::is_void_v<R>) {
            return outcome_access::of_value<void>();
        } else {
            return outcome_access::of_value<R>(std::move(task.result()));
        }
    }

    A&& awaited_;
};

#endif

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
