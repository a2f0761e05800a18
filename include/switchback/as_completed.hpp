// Tasks side by side, and their results in the order in which they come.
//
//     sb::completions<page> arriving{};                          // members of the frame
//     page next{};
//     …
//     arriving = sb::as_completed(co, sb::at_most{16}, urls, [](url const& u) { return fetch{u}; });
//     while (arriving.more()) {
//         SB_AWAIT_INTO(next, arriving.next());                  // or the error of the task that is next
//         index(next);
//     }
//
// It begins when this task next waits: each element is taken when there is room for it, and run to its first
// suspension before the next is taken. at_most{n} bounds those that run together with the results that nobody
// has taken yet, so that who takes them sets the pace.
//
// The tasks belong to the completions: with them, or when others are assigned to them, they end as by the
// dropping of a future, and none of them outlives that but for clean-up that waits, which the scheduler sees
// to. To cancel the task that waits in next() takes no result and cancels none of the tasks: that is done by
// its frame, as it dies. Errors that nobody takes go to the handler of <switchback/unhandled.hpp>.
//
// What is given as an lvalue (a range, a generator) is borrowed, and must outlive the completions: a member
// that is declared before them does. (Python: asyncio.as_completed.)
#pragma once

#include <switchback/at_most.hpp>
#include <switchback/detail/arrivals.hpp>
#include <switchback/detail/branch_sources.hpp>
#include <switchback/detail/branches.hpp>
#include <switchback/start.hpp>

#include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

struct completions_access;

// What next() gives, to be awaited.
template <class R>
struct [[nodiscard]] next_completion {
    arrivals_ref of;
};

} // namespace detail

// They belong to their scheduler's thread, and may be moved at any time.
template <class R = void>
class completions {
public:
    completions() noexcept = default; // of no tasks
    completions(completions&&) noexcept = default;
    completions& operator=(completions other) noexcept {
        std::swap(of_, other.of_);
        std::swap(runner_, other.runner_);
        return *this;
    }
    ~completions() {
        if (!of_) return;
        of_->close();
        runner_.reset();
    }

    // Whether next() has another result, or error, to give. Where nothing runs and none is to be taken, the
    // range or generator is asked for its next element; what that throws is what next() then throws.
    bool more() noexcept { return of_ && of_->more(); }

    // Awaits the next that ends, and gives its result; what it has failed with, or been cancelled by, is raised
    // at the await, and the next next() gives the next one's. What the user's code throws while it makes a task
    // is raised so, too, as soon as it is known; no other is made after that. One task at a time waits here:
    // a second is misuse, and so is next() where there is nothing more. Does not allocate; constant time.
    detail::next_completion<R> next() noexcept { return {of_}; }

private:
    friend struct detail::completions_access;

    detail::arrivals_ref of_;
    future<void> runner_;
};

namespace detail {

// Takes the results, and forgets about the tasks.
template <class R>
struct awaiter<next_completion<R>> {
    static constexpr bool exists = true;
    using result_type = R;

    template <class Make>
    static step start(node& self, Make& make) {
        arrivals_ref of = make().of;
        return arrivals::begin_next(std::move(of), self) ? step::returned : step::suspended;
    }

    template <class Sink>
    static bool take(node& self, Sink& sink) {
        auto const of = arrivals::end_next(self);
        arrived branch(*of); // released whatever the sink throws
        if (branch.failed(self)) return false;
        if constexpr (std::is_void_v<R>) {
            sink();
        } else {
            sink(std::move(branch_result<R>(branch.get())));
        }
        return true;
    }
};

template <class Source>
class arrivals_from final : public arrivals {
public:
    arrivals_from(core& home, std::size_t limit, Source&& source)
        : arrivals(home, limit), source_(std::in_place, std::move(source)) {}

private:
    bool find() override { return source_->find_next(); }
    void start_found(node& runner) override { source_->start_found(runner, static_cast<arrivals&>(*this)); }
    void drop_source() noexcept override { source_.reset(); }

    std::optional<Source> source_;
};

template <class Results>
struct result_of_many;
template <class R>
struct result_of_many<many_of<R>> {
    using type = R;
};

struct completions_access {
    template <class... A>
    static auto make(node& starter, std::size_t limit, A&&... what) {
        auto source = make_source(static_cast<A&&>(what)...);
        using made_of = decltype(source);
        completions<typename result_of_many<typename made_of::results>::type> made;
        made.of_ = arrivals_ref(*new arrivals_from<made_of>(*starter.home, limit, std::move(source)));
        made.runner_ = future_access::make(start_within(starter, runs_arrivals{made.of_}));
        return made;
    }
};

template <class Context, class... A>
auto completions_from(Context& co, [[maybe_unused]] std::size_t limit, A&&... what) {
    constexpr auto kind = kind_of_source<A&&...>();
    if constexpr (!access::is_task<Context>()) {
        static_assert(always_false<Context>,
            "sb::as_completed is for tasks: its first argument is the body's sb::returns<R>&");
    } else if constexpr (kind == source_kind::none || kind == source_kind::pack) {
        static_assert(always_false<Context>,
            "sb::as_completed takes the body's context, and a range and a function that makes an awaitable of "
            "each element; or a generator of awaitables");
    } else {
        return completions_access::make(access::body(co), limit, static_cast<A&&>(what)...);
    }
}

} // namespace detail

// Starts them. Takes the body's context, and then a range and a function that makes an awaitable of each
// element, or a generator of awaitables; gives sb::completions of their result type. One allocation, two
// nodes, and one for each task that runs or whose result is still to be taken. Throws wrong_thread,
// wrong_scheduler where that is closing.
template <class Context, class... A, class = std::enable_if_t<detail::access::is_context<Context>(nullptr)>>
[[nodiscard]] auto as_completed(Context& co, A&&... what) {
    return detail::completions_from(co, detail::no_limit, static_cast<A&&>(what)...);
}

template <class Context, class... A, class = std::enable_if_t<detail::access::is_context<Context>(nullptr)>>
[[nodiscard]] auto as_completed(Context& co, at_most limit, A&&... what) {
    return detail::completions_from(co, limit.count, static_cast<A&&>(what)...);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
