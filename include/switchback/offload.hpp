// A job: a callable that runs on the worker pool while a task waits for its result.
//
//     SB_AWAIT_INTO(picture, sb::offload(decode_jpeg, std::move(bytes)));
//
// The callable and its arguments are moved or copied into the job, which owns all that it touches
// (as std::thread does: write std::ref for what is to be shared, and see to it that it lives). They
// and the result are destroyed on the scheduler's thread; but the arguments are handed over as
// rvalues, so that a parameter taken by value is a local of the call, and dies on the worker. An
// exception comes back to the awaiting task. The seed calls this a threadtask.
//
// As many run at once as the pool has threads (see <switchback/worker_options.hpp>), whatever sb::at_most
// allows. A job that waits for something else than the processor, a file or a name server, would keep one
// of them from its work: offload_blocking() has more threads, of its own.
//
//     SB_AWAIT_INTO(text, sb::offload_blocking(read_whole_file, path));
//
// Beyond that, jobs wait in the order in which they were offloaded; none is refused: the task just waits
// longer.
//
// A callable whose first parameter is a sb::stop_token is told when nobody waits any more. A job
// that has not begun then does not run; one that runs is abandoned, and its result thrown away when
// it comes. To speak to the scheduler meanwhile: <switchback/progress.hpp>, <switchback/remote.hpp>.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/detail/worker_pool.hpp>
#include <switchback/stop_token.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

// The flag behind a stop_token, where the callable takes one.
template <bool Stoppable>
struct job_stop {
    void request() noexcept {}
};
template <>
struct job_stop<true> {
    std::shared_ptr<std::atomic<bool>> flag = std::make_shared<std::atomic<bool>>(false);
    void request() noexcept { flag->store(true, std::memory_order_relaxed); }
};

template <class R>
struct result_is {
    using type = R;
};

template <class Function, class... A>
struct job_traits {
    static constexpr bool is_stoppable = std::is_invocable_v<Function, stop_token, A...>;
    static_assert(is_stoppable || std::is_invocable_v<Function, A...>,
        "sb::offload(callable, arguments…): the callable cannot be called with these arguments, "
        "which are handed over as rvalues");
    static auto result_type_of() {
        if constexpr (is_stoppable) {
            return result_is<std::decay_t<std::invoke_result_t<Function, stop_token, A...>>>{};
        } else {
            return result_is<std::decay_t<std::invoke_result_t<Function, A...>>>{};
        }
    }
    using result_type = typename decltype(result_type_of())::type;
};

template <class R>
struct job_outcome {
    std::optional<R> value;
};
template <>
struct job_outcome<void> {};

// Made by the awaiting task, run by a worker, and destroyed on the scheduler's thread: by the task
// that has taken the result, or on arrival where no task waits.
template <class Function, class... A>
class job final : public pool_job, public waitable {
    using traits = job_traits<Function, A...>;

public:
    using result_type = typename traits::result_type;

    job(core& home, job_kind kind, Function&& function, std::tuple<A...>&& arguments)
        : pool_job(kind), home_(home), function_(std::move(function)), arguments_(std::move(arguments)) {}

    void begin(node& waiter) {
        waiter_ = &waiter;
        home_.submit(*this);
    }

    void run() noexcept override {
        SB_DETAIL_TRY { call(std::index_sequence_for<A...>{}); }
        SB_DETAIL_CATCH_ALL { refuse(); }
    }
    void refuse() noexcept override {
#if SB_DETAIL_EXCEPTIONS
        error_ = std::current_exception();
#endif
    }

    node const* waiter() const noexcept override { return waiter_; }

    void deliver() noexcept override {
        if (!std::exchange(arrived_, true)) home_.workers().delivered();
        if (waiter_ == nullptr) {
            delete this;
        } else {
            home_.make_ready(*waiter_);
        }
    }
    void discard() noexcept override { delete this; }

    void abandon(node&) noexcept override {
        waiter_ = nullptr;
        if (arrived_) { // destroyed by the loop: its members are the user's
            home_.mail()->put(*this);
            return;
        }
        stop_.request();
        home_.workers().give_up(*this);
    }
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }

#if SB_DETAIL_EXCEPTIONS
    std::exception_ptr& error() noexcept { return error_; }
#endif
    job_outcome<result_type>& outcome() noexcept { return outcome_; }

private:
    template <std::size_t... I>
    void call(std::index_sequence<I...>) {
        if constexpr (std::is_void_v<result_type>) {
            invoke(std::get<I>(std::move(arguments_))...);
        } else {
            outcome_.value.emplace(invoke(std::get<I>(std::move(arguments_))...));
        }
    }
    template <class... B>
    decltype(auto) invoke(B&&... arguments) {
        if constexpr (traits::is_stoppable) {
            return std::invoke(
                std::move(function_), stop_token(stop_.flag), static_cast<B&&>(arguments)...);
        } else {
            return std::invoke(std::move(function_), static_cast<B&&>(arguments)...);
        }
    }

    core& home_;
    node* waiter_ = nullptr;
    bool arrived_ = false;
    Function function_;
    std::tuple<A...> arguments_;
    job_stop<traits::is_stoppable> stop_;
#if SB_DETAIL_EXCEPTIONS
    std::exception_ptr error_;
#endif
    job_outcome<result_type> outcome_;
};

} // namespace detail

// What offload() makes: a job that is yet to be awaited, started or run in parallel.
template <class Function, class... A>
struct [[nodiscard]] offloaded {
    using result_type = typename detail::job_traits<Function, A...>::result_type;

    Function function;
    std::tuple<A...> arguments;
    detail::job_kind kind = detail::job_kind::computes;
};

// Runs `callable(arguments...)` on a worker thread. Awaited by a task it gives what that returns, or
// throws what that throws; a reference returned is copied. One allocation. Python: to_thread.
template <class Function, class... A>
offloaded<std::decay_t<Function>, std::decay_t<A>...> offload(Function&& callable, A&&... arguments) {
    return {static_cast<Function&&>(callable), {static_cast<A&&>(arguments)...}};
}

// The same for one that blocks: that reads files, asks name servers, waits for a process or a lock. It runs
// on threads of which there are more (worker_options::blocking_threads), and which end when they are idle.
template <class Function, class... A>
offloaded<std::decay_t<Function>, std::decay_t<A>...> offload_blocking(Function&& callable, A&&... arguments) {
    return {static_cast<Function&&>(callable), {static_cast<A&&>(arguments)...}, detail::job_kind::blocks};
}

namespace detail {

template <class Function, class... A>
struct awaiter<offloaded<Function, A...>> {
    static constexpr bool exists = true;
    using made = job<Function, A...>;
    using result_type = typename made::result_type;

    template <class Make>
    static step start(node& self, Make& make) {
        self.home->workers(); // what can fail, first
        auto&& given = make();
        static_assert(!std::is_lvalue_reference_v<decltype(make())>,
            "a job runs once: write std::move(x), or offload(…) where it is awaited");
        auto* const fresh =
            new made(*self.home, given.kind, std::move(given.function), std::move(given.arguments));
        self.object = fresh;
        self.awaits = awaited_kind::object;
        self.state = node_state::waiting;
        fresh->begin(self);
        return step::suspended;
    }

    template <class Sink>
    static bool take(node& self, Sink& sink) {
        std::unique_ptr<made> arrived(static_cast<made*>(self.object));
        self.awaits = awaited_kind::nothing;
#if SB_DETAIL_EXCEPTIONS
        if (arrived->error() != nullptr) {
            auto error = std::move(arrived->error());
            arrived.reset(); // runs the user's code, and so before the error is in flight
            self.home->set_in_flight({std::move(error), nullptr});
            return false;
        }
#endif
        if constexpr (std::is_void_v<result_type>) {
            sink();
        } else {
            sink(std::move(*arrived->outcome().value));
        }
        return true;
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
