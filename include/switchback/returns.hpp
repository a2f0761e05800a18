// The context that a task's body is called with.
//
//     struct load_product {
//         product_id id;
//         product found{};
//         sb::step operator()(sb::returns<product>& co) {
//             SB_BEGIN(co);
//             SB_AWAIT_INTO(found, ask_server{id});
//             SB_RETURN(std::move(found));
//             SB_END();
//         }
//     };
//
// Its type says what the body is: one that waits, and returns an R, or nothing.
#pragma once

#include <switchback/detail/access.hpp>
#include <switchback/detail/core.hpp>
#include <switchback/detail/frame_traits.hpp>
#include <switchback/detail/slot.hpp>
#include <switchback/detail/task_marks.hpp>
#include <switchback/detail/type_name.hpp>

#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T>
class future;

namespace detail {

[[noreturn]] SB_DETAIL_COLD inline void throw_missing_return() { raise<missing_return>(); }

// What the contexts of all tasks have: all but the result.
class task_state : public node {
public:
    static constexpr bool is_generator = false;
    static constexpr bool is_task = true;
    static constexpr bool can_yield = false;

    using node::node;
    ~task_state() { drop(0); }

    path_t enter() const noexcept { return path; }
    step describe(place const& where) noexcept {
        home->answer(where);
        return step::suspended;
    }
    void fail(failure&& what) noexcept { home->set_in_flight(std::move(what)); }
#if SB_DETAIL_EXCEPTIONS
    // The error goes on through other frames, which need a record as well: room for one is kept.
    SB_DETAIL_COLD void push_in_task(failure&& what, int level) {
        push(std::move(what), level, std::exchange(home->room_for_record, nullptr));
    }
    SB_DETAIL_COLD void fail_with_top() noexcept {
        auto* const top = take_record();
        note_context(top->what, 0);
        home->set_in_flight(std::move(top->what));
        if (home->room_for_record == nullptr) {
            top->~record();
            home->room_for_record = top;
        } else {
            free_record(top);
        }
    }
    // The exception that C++ has just caught in this body, with the traceback that it has.
    void push_caught(int level) {
        home->capture(*this);
        auto what = home->take_in_flight();
        note_context(what, level);
        push(std::move(what), level);
    }
#else
    static void fail_with_top() noexcept {}
#endif
};

// The library's side of `returns`: the node, and room for the result.
template <class R>
class result_state : public task_state {
    static_assert(std::is_object_v<R>,
        "sb::returns<R>: a task returns an object or void; return a pointer for a reference");

public:
    using result_type = R;
    static constexpr bool has_trivial_result = std::is_trivially_destructible_v<R>;

    using task_state::task_state;

    template <class... V>
    void set_returned(V&&... value) {
        static_assert(sizeof...(V) == 1,
            "SB_RETURN() without a value in a body that returns one: its context is sb::returns<R>");
        if constexpr (sizeof...(V) == 1) {
            static_assert((std::is_convertible_v<V&&, R> && ...),
                "SB_RETURN: this value is not of the type that the body's context, sb::returns<R>, "
                "names");
            if constexpr ((std::is_convertible_v<V&&, R> && ...)) {
                discard_result(); // of a return that a finally took back
                ::new (static_cast<void*>(storage_)) R(static_cast<V&&>(value)...);
                set(has_result);
            }
        }
    }
    step fall_off() { throw_missing_return(); }
#if SB_DETAIL_EXCEPTIONS
    // See keep_earlier_return. A result that cannot be moved stays where it is.
    void keep_returned(int level) {
        if constexpr (std::is_move_constructible_v<R>) {
            auto* const fresh = new kept_result;
            if (is(has_result)) {
                fresh->value.emplace(std::move(result()));
                discard_result();
            }
            keep(fresh, level);
        }
    }
    void restore_returned(int level) {
        if constexpr (std::is_move_constructible_v<R>) {
            discard_result();
            auto& value = static_cast<kept_result*>(kept(level))->value;
            if (!value.has_value()) return;
            ::new (static_cast<void*>(storage_)) R(std::move(*value));
            set(has_result);
        }
    }
#endif

    R& result() noexcept { return *std::launder(reinterpret_cast<R*>(storage_)); }
    void discard_result() noexcept {
        if constexpr (!has_trivial_result) {
            if (is(has_result)) {
                clear(has_result);
                result().~R();
            }
        }
    }

private:
#if SB_DETAIL_EXCEPTIONS
    struct kept_result : kept_value {
        maybe<R> value;
    };
#endif

    alignas(R) unsigned char storage_[sizeof(R)];
};

template <>
class result_state<void> : public task_state {
public:
    using result_type = void;
    static constexpr bool has_trivial_result = true;

    using task_state::task_state;

    template <class... V>
    void set_returned(V&&...) noexcept {
        static_assert(sizeof...(V) == 0,
            "SB_RETURN(value) in a body that returns nothing: its context must say sb::returns<R>");
    }
    step fall_off() noexcept { return step::returned; }
    void keep_returned(int) noexcept {}
    void restore_returned(int) noexcept {}
    void discard_result() noexcept {}
};

template <class F>
struct node_of;

} // namespace detail

template <class R>
class returns : private detail::result_state<R> {
public:
    using return_type = R;

    returns(returns const&) = delete;
    returns& operator=(returns const&) = delete;

    // Starts a task beside this one: it runs when this one next waits. The future is what keeps it
    // going: dropping the last one cancels it. Takes a frame, a sb::task, or another awaitable.
    // Allocates one node. Throws wrong_thread, wrong_scheduler where the scheduler is closing.
    template <class A>
    [[nodiscard]] auto start(A&& awaitable);

    // The same, for those who mean to let it run: the scheduler keeps it until it has ended. An
    // error is reported to the handler of <switchback/unhandled.hpp>.
    template <class A>
    void start_detached(A&& awaitable);

    // The time on the scheduler's clock.
    time_point now() const noexcept { return this->home->time().now(); }

    // Names this task, for reports: of what a scheduler that closes has not seen the end of, of a test's
    // deadlock, of an error that went unhandled. Frames that it awaits are the same task; what it starts has
    // no name before it is given one. See future::set_name, for those who start it. Takes constant time but
    // for a walk through the awaits around this one; allocates. Python: Task.set_name.
    void set_name(std::string name) { detail::set_name(detail::root_above(*this), std::move(name)); }
    // Empty where it has none.
    std::string name() const {
        auto const* const known = detail::name_of(detail::root_above(const_cast<returns&>(*this)));
        return known == nullptr ? std::string() : *known;
    }

private:
    using state = detail::result_state<R>;
    friend struct detail::access;
    template <class F>
    friend struct detail::node_of;
    using state::state;
};

namespace detail {

// Runs the body to where it waits or ends. What it throws is caught here, beside it: above it a failure is
// an ordinary return value.
template <class F, class Context>
SB_DETAIL_INLINE step run_frame(F& frame, Context& co, task_state& header) noexcept {
    step outcome;
    SB_DETAIL_TRY {
        do {
            outcome = frame(co);
        } while (SB_DETAIL_UNLIKELY(outcome == step::again));
    }
    SB_DETAIL_CATCH_ALL {
        header.home->capture(header);
        outcome = step::failed;
    }
    return outcome;
}
// Asks the body where it stands in the source.
template <class F, class Context>
void describe_frame(F& frame, Context& co, task_state& header) {
    auto const path = std::exchange(header.path, describe_mark);
    SB_DETAIL_TRY { frame(co); }
    SB_DETAIL_CATCH_ALL {} // code before SB_BEGIN: then nobody knows where it stands
    header.path = path;
}

// A node with its frame, which is destroyed before the node is.
template <class F>
struct node_of final : returns<typename context_of<F>::return_type> {
    using frame_type_ = F;
    using result_type = typename context_of<F>::return_type;
    using context = returns<result_type>;
    using state = result_state<result_type>;

    explicit node_of(core* of) noexcept : context(of, type) {}
    ~node_of() {}

    union {
        F frame;
    };

    node& header() noexcept { return static_cast<state&>(static_cast<context&>(*this)); }
    state& result_part() noexcept { return static_cast<state&>(static_cast<context&>(*this)); }
    static node_of& from(node& n) noexcept { return access::downcast<node_of, context>(n); }

    SB_DETAIL_INLINE step run_body() noexcept {
        return run_frame(frame, static_cast<context&>(*this), result_part());
    }
    SB_DETAIL_INLINE void destroy_frame() noexcept {
        ::switchback::detail::destroy(frame);
        header().drop(0);
    }
    // After a failure. What is trivial cannot come in the way of the error in flight.
    SB_DETAIL_INLINE void destroy_failed_frame() noexcept {
        if constexpr (std::is_trivially_destructible_v<F> && state::has_trivial_result) {
            header().drop(0);
        } else {
            header().home->destroy_failed_frame(header());
        }
    }

    static step resume(node& n) {
        auto& self = from(n);
        auto const outcome = self.run_body();
        if (outcome == step::returned) self.destroy_frame();
        if (outcome == step::failed) self.destroy_failed_frame();
        return outcome;
    }
    static void describe(node& n) {
        auto& self = from(n);
        describe_frame(self.frame, static_cast<context&>(self), self.result_part());
    }
    static void destroy_frame_of(node& n) noexcept { from(n).destroy_frame(); }
    static void destroy_result_of(node& n) noexcept { from(n).result_part().discard_result(); }

    static inline std::atomic<place const*> where{nullptr};
    static const frame_type type;
};

template <class F>
inline const frame_type node_of<F>::type{&node_of::resume, &node_of::describe,
    std::is_trivially_destructible_v<F> ? nullptr : &node_of::destroy_frame_of,
    node_of::state::has_trivial_result ? nullptr : &node_of::destroy_result_of, type_name<F>(),
    &node_of::where, sizeof(node_of), alignof(node_of)};

// Builds a frame in a new node of a type, from a function that makes it. What it throws passes on.
template <class made, class F, class Make>
SB_DETAIL_INLINE made* build_node(core* home, frame_memory& memory, bool with_prefix, Make& make) {
    struct guard {
        frame_memory& memory;
        made* allocated;
        bool with_prefix;
        ~guard() {
            if (allocated == nullptr) return;
            release_node_memory(memory, allocated, sizeof(made), alignof(made), with_prefix);
        }
    } building{memory, allocate_node<made>(memory, with_prefix), with_prefix};
    auto* const fresh = ::new (static_cast<void*>(building.allocated)) made(home);
    ::new (static_cast<void*>(SB_DETAIL_ADDRESS_OF(fresh->frame))) std::remove_cv_t<F>(make());
    building.allocated = nullptr;
    if (with_prefix) fresh->header().set(has_prefix);
    return fresh;
}
template <class F, class Make>
SB_DETAIL_INLINE node_of<F>* make_node(core* home, frame_memory& memory, bool with_prefix, Make& make) {
    return build_node<node_of<F>, F>(home, memory, with_prefix, make);
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
