// A task of ours waits for what C++20's co_await can wait for.
//
// Only a coroutine can: so a small one of its own, the carrier, does, owns what is awaited, and completes
// an sb::promise. Whoever resumes it, on whatever thread, resumes the carrier alone; the task wakes through its
// scheduler's queue. A task that is cancelled leaves the carrier behind, where the handle that was given away
// stays valid.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/promise.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T>
concept foreign_awaiter = requires(T& object) {
    object.await_ready() ? true : false;
    object.await_resume();
};
template <class T>
concept has_member_co_await = requires(T&& object) { static_cast<T&&>(object).operator co_await(); };
template <class T>
concept has_free_co_await = requires(T&& object) { operator co_await(static_cast<T&&>(object)); };
template <class T>
concept foreign_as_given = has_member_co_await<T> || has_free_co_await<T> || foreign_awaiter<plain<T>>;

template <class T>
concept foreign_awaitable =
    std::is_class_v<T> && !is_frame<T> && (foreign_as_given<T> || foreign_as_given<T&>);

template <class T>
decltype(auto) foreign_awaiter_of(T&& object) {
    if constexpr (has_member_co_await<T>) {
        return static_cast<T&&>(object).operator co_await();
    } else if constexpr (has_free_co_await<T>) {
        return operator co_await(static_cast<T&&>(object));
    } else {
        return static_cast<T&&>(object);
    }
}

// A promise holds objects: a reference is carried as one.
template <class T>
struct as_carried : std::remove_cv<std::remove_reference_t<T>> {};
template <class T>
struct as_carried<T&> {
    using type = std::reference_wrapper<T>;
};
template <class T>
using foreign_result_as_given = typename as_carried<
    decltype(foreign_awaiter_of(std::declval<T>()).await_resume())>::type;

template <class T, bool = foreign_as_given<T>>
struct foreign_result {
    using type = foreign_result_as_given<T>;
};
template <class T>
struct foreign_result<T, false> {
    using type = foreign_result_as_given<T&>;
};

struct carrier {
    struct promise_type {
        static carrier get_return_object() noexcept { return {}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept {} // the promise could not even be told: it is broken
    };
};

// Runs at once, to where what `make()` gives lets it wait.
template <class R, class Make>
carrier carry(Make make, promise<R> to) {
    std::exception_ptr error;
    try {
        auto&& awaited = make();
        auto&& way = foreign_awaiter_of(static_cast<decltype(make())&&>(awaited)); // named: GCC 12 copies others
        if constexpr (std::is_void_v<R>) {
            co_await way;
            to.set_value();
        } else {
            to.set_value(co_await way);
        }
    } catch (...) {
        error = std::current_exception();
    }
    if (error != nullptr) to.set_error(std::move(error));
}

template <class T>
struct give_owned {
    T held;
    T&& operator()() { return static_cast<T&&>(held); }
};
template <class T>
struct give_lvalue {
    T& held;
    T& operator()() const { return held; }
};

struct nothing_to_abort {};

template <class R, class Make, class Abort>
step start_foreign(node& self, Make&& make, Abort&& abort) {
    auto to = promise_access::make<R>(*self.home);
    auto result = to.get_future();
    if constexpr (!std::is_same_v<plain<Abort>, nothing_to_abort>) to.on_cancel(static_cast<Abort&&>(abort));
    carry<R>(plain<Make>(static_cast<Make&&>(make)), std::move(to));
    auto give = [&result]() -> future<R>&& { return std::move(result); };
    return awaiter<future<R>>::start(self, give);
}

template <class A>
struct awaiter<A, std::enable_if_t<foreign_awaitable<A>>> {
    static constexpr bool exists = true;
    using result_type = typename foreign_result<A>::type;

    template <class Make>
    static step start(node& self, Make& make) {
        using given = decltype(make());
        if constexpr (std::is_lvalue_reference_v<given>) {
            return start_foreign<result_type>(
                self, give_lvalue<std::remove_reference_t<given>>{make()}, nothing_to_abort{});
        } else if constexpr (std::is_rvalue_reference_v<given>) {
            static_assert(std::is_move_constructible_v<A>,
                "this awaitable cannot be moved to where it outlives a cancellation: write "
                "sb::from_coroutine([&] { return …; }), which makes it there");
            if constexpr (std::is_move_constructible_v<A>) {
                return start_foreign<result_type>(self, give_owned<A>{make()}, nothing_to_abort{});
            } else {
                return step::failed;
            }
        } else {
            return start_foreign<result_type>(self, make, nothing_to_abort{});
        }
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        return awaiter<future<result_type>>::take(self, sink);
    }
};

// What sb::from_coroutine() gives.
template <class Make, class Abort>
struct [[nodiscard]] foreign_wait {
    Make make;
    Abort abort;
};

template <class Make, class Abort>
struct awaiter<foreign_wait<Make, Abort>> {
    static constexpr bool exists = true;
    using result_type = foreign_result_as_given<std::invoke_result_t<Make&>>;

    template <class Given>
    static step start(node& self, Given& given) {
        auto&& what = given();
        return start_foreign<result_type>(self, std::move(what.make), std::move(what.abort));
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        return awaiter<future<result_type>>::take(self, sink);
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
