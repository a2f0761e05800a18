// Bodies and the coroutines of C++20, each awaiting the other.
//
//     sb::coroutine<page> load(std::string url) {         // a task whose body is a coroutine
//         auto found = co_await fetch{url};               // a frame, an sb::task, a future, a sleep …
//         if (found.is_moved()) found = co_await load(found.target());
//         co_return found;
//     }
//
//     SB_AWAIT_INTO(got, load(url));                      // in a body, a group, run_in_parallel, start() …
//
// So a program whose compilers have got C++20 is rewritten one body at a time, from either end, and one that has
// C++20 in parts awaits across. What is foreign to this library meets it as well: co_await in an
// sb::coroutine, and SB_AWAIT in a body, take whatever C++20 can await; and
//
//     auto found = co_await sb::as_coroutine(scheduler, fetch{url});      // in a coroutine of any type
//
// (GCC 11 and 12 copy a braced aggregate that stands in a co_await byte by byte, and so spoil the strings in
// it: give it a name first, and write std::move(name), or have a function make it.)
//
// This header is not among those of <switchback/switchback.hpp>. It needs C++20 and exceptions; the library
// itself, and files that do not include it, may be compiled as C++17.
#pragma once

#include <switchback/detail/config.hpp>
#if !defined(__cpp_impl_coroutine)
#    error "<switchback/coroutines.hpp> needs the coroutines of C++20: compile this file with -std=c++20"
#elif !SB_DETAIL_EXCEPTIONS
#    error "<switchback/coroutines.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/coroutine_promise.hpp>
#include <switchback/detail/foreign_await.hpp>
#include <switchback/detail/resume_at_end.hpp>
#include <switchback/start.hpp>
#include <switchback/task_scheduler.hpp>

#include <coroutine>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// A coroutine that the scheduler runs: it is a frame, and goes wherever one does. Nothing of it runs before it
// is awaited or started, once, as an rvalue; its parameters are taken by value, or outlive it. Two allocations
// from the thread's free lists, one of them for the node that every frame has. It is made, awaited and
// destroyed on one thread.
//
// An error is thrown at its co_await, and so is sb::cancelled, where its task is cancelled or released: always,
// for nobody can ask a coroutine whether it stands in a try. It may await while it cleans up, behind its catch
// block. A scheduler that has waited for that in vain destroys it where it stands. Its locals die before its
// result is told, its parameters as well.
//
// Tracebacks have the lines of its awaits, where the compiler tells them (GCC 11, clang 16, MSVC 19.29).
template <class R = void>
class [[nodiscard]] coroutine {
public:
    using result_type = R;
    using promise_type = detail::coroutine_promise<R>;

    coroutine(coroutine&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    coroutine& operator=(coroutine other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~coroutine() {
        if (handle_) handle_.destroy();
    }

    // False once it was moved from, awaited or started.
    bool valid() const noexcept { return handle_ != nullptr; }

    // A frame's: called by whoever runs it.
    step operator()(returns<R>& co) {
        auto& body = detail::access::body(co);
        bool const is_asked = body.path == detail::describe_mark;
        if (!handle_) {
            if (is_asked) return step::suspended;
            detail::raise<already_awaited>();
        }
        auto& promise = handle_.promise();
        if (is_asked) {
            promise.describe(body);
            return step::suspended;
        }
        if (!promise.has_begun()) promise.begin(body);
        handle_.resume();
        return promise.outcome();
    }

private:
    friend promise_type;
    explicit coroutine(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

    std::coroutine_handle<promise_type> handle_;
};

// In an sb::coroutine: the context that a body would be called with, an sb::returns<R>&.
//
//     auto& co = co_await sb::this_task;
//     auto later = co.start(save{page});
//
// It is valid until the coroutine ends, and it does not wait.
inline constexpr this_task_t this_task{};

// What C++20 can await, for a body; SB_AWAIT(awaitable) is the same where the type tells. An rvalue is moved to
// where it outlives the wait; an lvalue has to. Or what is given is a function, which is called once, there, and
// makes it: for what cannot be moved.
//
//     SB_AWAIT_INTO(line, sb::from_coroutine(reader.next_line()));
//     SB_AWAIT_INTO(line, sb::from_coroutine([&] { return reader.next_line(); }, [&] { reader.abort(); }));
//
// Its await_suspend and await_resume are called in a small coroutine, which may be resumed on any thread; the
// task goes on on its scheduler's, from the ready queue. What await_resume returns is moved there (as an
// std::reference_wrapper, if it is an lvalue), what it throws is raised there.
//
// C++20 knows no cancellation: a task that is cancelled goes on at once, what it awaited goes on alone, and
// its result is dropped when it comes. `abort`, if given, is called then, as promise::on_cancel's function is. If
// the coroutine is destroyed instead of resumed, sb::broken_promise is raised. Three allocations.
template <class A, class Abort = detail::nothing_to_abort>
auto from_coroutine(A&& awaitable, Abort abort = {}) {
    using given = std::remove_reference_t<A>;
    if constexpr (detail::foreign_as_given<A> || detail::foreign_as_given<given&>) {
        if constexpr (std::is_lvalue_reference_v<A>) {
            return detail::foreign_wait<detail::give_lvalue<given>, Abort>{{awaitable}, std::move(abort)};
        } else {
            return detail::foreign_wait<detail::give_owned<given>, Abort>{
                {static_cast<A&&>(awaitable)}, std::move(abort)};
        }
    } else {
        static_assert(std::is_invocable_v<detail::plain<A>&>,
            "sb::from_coroutine takes what co_await can await in any coroutine, or a function that makes it");
        return detail::foreign_wait<detail::plain<A>, Abort>{static_cast<A&&>(awaitable), std::move(abort)};
    }
}

// For the co_await of a coroutine that is not ours: starts a task of the awaitable, and resumes the coroutine from
// the scheduler's ready queue when it has ended. The result is moved out; the task's error is thrown, and
// sb::cancelled where it was cancelled, by the scheduler's end for one. To destroy the coroutine
// meanwhile releases the task. On the scheduler's thread: throws wrong_thread, and wrong_scheduler once it
// closes. What leaves the coroutine when it is resumed goes to the handler of unhandled errors.
template <class A>
auto as_coroutine(task_scheduler& scheduler, A&& awaitable) {
    detail::check_awaitable<A&&>();
    return detail::started_by_await<detail::plain<A>>(
        detail::home_access::of(scheduler), detail::plain<A>(static_cast<A&&>(awaitable)));
}

// The same for a task that has been started: a copy of its future, or the future itself.
template <class R>
auto as_coroutine(future<R> task) {
    return detail::awaited_future<R>(std::move(task));
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
