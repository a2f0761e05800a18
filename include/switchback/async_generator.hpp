// A generator that waits: owns a frame whose context is sb::async_yields, of whichever type.
//
//     sb::async_generator<std::string> lines{lines_of{&from}};     // a member of the frame
//     std::string* line = nullptr;
//     …
//     SB_AWAIT_INTO(line, lines.next());                           // null at the end
//
// or in a loop: SB_FOR_AWAIT, in <switchback/for_await.hpp>. Nothing runs before the first operation is
// awaited, and nothing between one and the next: whoever asks for a value waits for it. The frame lies in a
// node of its own, so that a generator may be moved at any time, and a header can export it.
//
// Let go of, it is closed: before the destructor returns, the frame is destroyed; or, where it stands at a
// yield that a try encloses, generator_exit is raised there and its clean-up has run to where it first
// waits. What that waits for, the scheduler sees to, and what it raises goes to the handler of
// <switchback/unhandled.hpp>. close() waits for the clean-up instead. Python: asynchronous generators
// (PEP 525), with their finalizer.
#pragma once

#include <switchback/async_yields.hpp>
#include <switchback/body.hpp>
#include <switchback/start.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/native_error.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Y, class Sent>
class async_generator;

namespace detail {

// ---- What an operation does with the generator, where it is awaited.

struct next_step {
    template <class State>
    step begin(State& of, node& self) {
        of.forget_sent();
        return of.advance(self);
    }
};
template <class Sent>
struct send_step {
    Sent value;

    template <class State>
    step begin(State& of, node& self) {
        if (of.status() == generator_status::created) raise<not_started>();
        if (of.status() != generator_status::closed) of.send(static_cast<Sent&&>(value));
        return of.advance(self);
    }
};
struct close_step {
    template <class State>
    step begin(State& of, node& self) {
        of.forget_sent();
        return of.close(self);
    }
};
#if SB_DETAIL_EXCEPTIONS
struct throw_step {
    std::exception_ptr error;

    template <class State>
    step begin(State& of, node& self) {
        if (error == nullptr) raise<nothing_thrown>();
        of.forget_sent();
        return of.throw_in(self, known_failure(std::move(error)));
    }
};
#endif

// Has the generator, until it is over: who drops that meanwhile closes it then.
template <class Y, class Sent, class Step>
class [[nodiscard]] generator_operation {
public:
    generator_operation(async_state<Y, Sent>* of, Step what) : of_(of), what_(static_cast<Step&&>(what)) {
        if (of_ != nullptr) of_->add_holder();
    }
    generator_operation(generator_operation&& other)
        : of_(std::exchange(other.of_, nullptr)), what_(static_cast<Step&&>(other.what_)) {}
    generator_operation& operator=(generator_operation&&) = delete;
    ~generator_operation() {
        if (of_ != nullptr) of_->lose_holder();
    }

private:
    friend struct awaiter<generator_operation>;

    async_state<Y, Sent>* of_; // null: empty, or moved from
    Step what_;
};

template <class Y, class Sent, class Step>
struct awaiter<generator_operation<Y, Sent, Step>> {
    static constexpr bool exists = true;
    static constexpr bool closes = std::is_same_v<Step, close_step>;
    using state = async_state<Y, Sent>;
    static constexpr bool gives_way_first = true;
    using pointer = std::remove_reference_t<Y>*;
    using result_type = std::conditional_t<closes, void, pointer>;

    template <class Make>
    static step start(node& self, Make& make) {
        auto operation = generator_operation<Y, Sent, Step>(make());
        auto* const of = operation.of_;
        if (of == nullptr) {
            if constexpr (!closes) raise<misuse>("an empty sb::async_generator was asked for a value");
            self.child = nullptr;
            return step::returned;
        }
        of->prepare(self);
        return operation.what_.begin(*of, self);
    }

    template <class Sink>
    static bool take(node& self, Sink& sink) {
        self.awaits = awaited_kind::nothing;
        if (closes && self.child == nullptr) { // it was empty
            if constexpr (closes) sink();
            return true;
        }
        auto& of = state::from(*self.child);
        struct ending {
            state& of;
            ~ending() { of.lose_holder(); }
        } const at_the_end{of};
        if constexpr (closes) {
            sink();
        } else {
            sink(of.has_value() ? static_cast<pointer>(of.yielded()) : nullptr);
        }
        return true;
    }
};

} // namespace detail

// All operations are awaited, by tasks or other async generators of one scheduler: that of the task which has
// awaited the first. A second one while one is under way throws already_running; of a generator that is empty
// (made of nothing, or moved from), misuse, but for close(), which has nothing to do. Several tasks may take
// turns: each value is one's. None of them allocates; an await costs what that of a frame does. An operation
// is awaited or started once. What it gives points into the generator: null, if nobody has that any more.
//
// A generator is made, used and dropped on one thread.
template <class Y, class Sent = void>
class async_generator {
    using state = detail::async_state<Y, Sent>;
    template <class Step>
    using operation = detail::generator_operation<Y, Sent, Step>;

public:
    using yield_type = Y;
    using sent_type = Sent;
    using value_type = std::remove_cv_t<std::remove_reference_t<Y>>;
    using pointer = std::remove_reference_t<Y>*;

    // Empty.
    async_generator() noexcept = default;
    // From a frame, which is moved into a node: one allocation, from the thread's free lists.
    template <class F, class = std::enable_if_t<detail::is_async_frame<F>::value>>
    async_generator(F frame) : of_(&made_of(frame)) {
        static_assert(std::is_same_v<typename detail::context_of<F>::yield_type, Y> &&
                          std::is_same_v<typename detail::context_of<F>::sent_type, Sent>,
            "sb::async_generator<Y, Sent> is made of a frame whose context is sb::async_yields<Y, Sent>");
    }
    async_generator(async_generator&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    async_generator& operator=(async_generator other) noexcept {
        std::swap(of_, other.of_);
        return *this;
    }
    ~async_generator() { reset(); }

    // Lets go of it, as the destructor does. An operation that is under way comes to its end before, and
    // gives null.
    void reset() noexcept {
        if (auto* const of = std::exchange(of_, nullptr)) of->lose_owner();
    }

    bool valid() const noexcept { return of_ != nullptr; }

    // An empty one is closed.
    generator_status status() const noexcept {
        return of_ == nullptr ? generator_status::closed : of_->status();
    }

    // Goes on to the next yield, and gives a pointer to the value; null where the body has ended, as often
    // as one asks. Valid until the next operation begins. Python: anext(g).
    operation<detail::next_step> next() & { return {of_, {}}; }

    // The same; `value` is what SB_YIELD_INTO takes. Throws not_started where no yield waits for it.
    // Python: g.asend(value).
    template <class S, class To = Sent>
    operation<detail::send_step<To>> send(S&& value) & {
        static_assert(!std::is_void_v<To>,
            "send(): nothing can be sent to this body; its context must say sb::async_yields<Y, Sent>");
        return {of_, {static_cast<S&&>(value)}};
    }

#if SB_DETAIL_EXCEPTIONS
    // Raises an exception at the yield. Gives the next value, if the body catches it and yields again. One
    // that has not begun is closed by it, and runs no code; one that has ended throws it. Python: g.athrow(e).
    operation<detail::throw_step> throw_(std::exception_ptr error) & { return {of_, {std::move(error)}}; }
    template <class E, class = std::enable_if_t<!std::is_convertible_v<E, std::exception_ptr>>>
    operation<detail::throw_step> throw_(E error) & {
        return throw_(std::make_exception_ptr(static_cast<E&&>(error)));
    }
#endif

    // Raises generator_exit at the yield, and waits for the clean-up; where no try encloses the yield,
    // nothing is thrown and the frame is destroyed. Throws ignored_exit if the body yields again (it stays
    // suspended there), and whatever else it throws. Nothing, where it has not begun, has ended, or is empty.
    // Python: g.aclose().
    operation<detail::close_step> close() & { return {of_, {}}; }

private:
    template <class F>
    static state& made_of(F& frame) {
        auto make = [&]() -> F&& { return static_cast<F&&>(frame); };
        using made = detail::async_node_of<F>;
        return detail::build_node<made, F>(nullptr, detail::frame_memory::local(), true, make)->state_part();
    }

    state* of_ = nullptr;
};

template <class F>
async_generator(F) -> async_generator<typename detail::context_of<F>::yield_type,
    typename detail::context_of<F>::sent_type>;

namespace detail {
template <class T>
struct is_async_generator : std::false_type {};
template <class Y, class Sent>
struct is_async_generator<async_generator<Y, Sent>> : std::true_type {};
} // namespace detail

template <class Y, class Sent>
template <class A>
auto async_yields<Y, Sent>::start(A&& awaitable) {
    return detail::future_access::make(*detail::start_from(*this, static_cast<A&&>(awaitable), 1));
}

template <class Y, class Sent>
template <class A>
void async_yields<Y, Sent>::start_detached(A&& awaitable) {
    detail::start_from(*this, static_cast<A&&>(awaitable), 0);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
