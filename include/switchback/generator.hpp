// A generator: owns a frame and the context of its body, and speaks Python's protocol.
//
//     sb::generator<fibonacci> numbers;
//     for (auto n : numbers) { if (n > 100) break; std::cout << n << ' '; }
//
//     sb::generator count{[i = 0](sb::yields<int>& co) mutable {
//         SB_BEGIN(co);
//         for (;; ++i) SB_YIELD(i);
//         SB_END();
//     }};
//
// No body code runs before the first next(). The frame's members are destroyed as soon as the body
// has ended, before next() tells so. Nothing is allocated, unless an exception is caught within the
// body. A generator belongs to one thread at a time.
#pragma once

#include <switchback/detail/frame_traits.hpp>
#include <switchback/detail/generator_iterator.hpp>
#include <switchback/generator_errors.hpp>
#include <switchback/generator_status.hpp>
#include <switchback/try.hpp>
#include <switchback/yields.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/escaped_stop.hpp>
#    include <switchback/unhandled.hpp>
#endif

#include <cstddef>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {
[[noreturn]] SB_DETAIL_COLD inline void throw_already_running() { raise<already_running>(); }
[[noreturn]] SB_DETAIL_COLD inline void throw_stop_iteration() { raise<stop_iteration>(); }
[[noreturn]] SB_DETAIL_COLD inline void throw_moved_after_start() { raise<moved_after_start>(); }
// From a destructor: an exception that leaves it ends the program, and says why.
[[noreturn]] SB_DETAIL_COLD inline void give_up_destroyed_while_running() noexcept {
    raise<misuse>("a generator was destroyed by its own body");
}

// Frames that a delegating body makes: see <switchback/delegates.hpp>.
template <class Y, class Sent>
class delegation;

// The context of a generator's body. For what is no such body there is a sentence, and some context, so
// that nothing else is said.
template <class F, bool IsFrame = is_frame<F>>
struct generator_context {
    static_assert(IsFrame,
        "sb::generator takes a frame: a class or mutable lambda with one operator(), "
        "sb::step operator()(sb::yields<Y>& co)");
    using type = yields<char>;
};
template <class F>
struct generator_context<F, true> {
    static constexpr bool is_generator = access::is_generator<context_of<F>>();
    static_assert(is_generator,
        "sb::generator takes a body that is called with sb::yields<Y>&; this one is a task's, or an async "
        "generator's");
    using type = std::conditional_t<is_generator, context_of<F>, yields<char>>;
};
} // namespace detail

template <class F>
class generator : private detail::generator_context<F>::type {
    using context_type = typename detail::generator_context<F>::type;

public:
    using yield_type = typename context_type::yield_type;
    using sent_type = typename context_type::sent_type;
    using return_type = typename context_type::return_type;
    using value_type = std::remove_cv_t<std::remove_reference_t<yield_type>>;
    using pointer = std::remove_reference_t<yield_type>*;

    generator() : frame_{} {}
    generator(F frame) : frame_(static_cast<F&&>(frame)) {}
    // Builds the frame in place, from what an aggregate or a constructor takes.
    template <class... A>
    explicit generator(std::in_place_t, A&&... arguments)
        : frame_{static_cast<A&&>(arguments)...} {}

    // Only before the first step: throws moved_after_start later, since the body may have pointers
    // to the frame's members. `other` is closed then.
    SB_DETAIL_INLINE generator(generator&& other) : frame_(other.unstarted_frame()) { other.be_over(); }
    generator& operator=(generator&&) = delete;

    // Closes the generator. What its body raises then, or a yield where it should have ended, goes
    // to the handler of <switchback/unhandled.hpp>. By its own body: aborts.
    SB_DETAIL_MAY_BE_EMPTY_BEGIN
    SB_DETAIL_INLINE ~generator() {
        if (body().path == detail::path_closed) return;
        if (SB_DETAIL_UNLIKELY(is_running())) detail::give_up_destroyed_while_running();
        if constexpr (is_delegating) {
#if SB_DETAIL_EXCEPTIONS
            if (visible()) close_unseen(*this);
            if (body().path == detail::path_closed) return;
#endif
            abandon();
            return;
        }
#if SB_DETAIL_EXCEPTIONS
        if (auto const pending = body().pending(); SB_DETAIL_UNLIKELY(pending != 0)) close_unseen(pending);
#endif
        if (body().path != detail::path_closed) ::switchback::detail::destroy(frame_);
    }
    SB_DETAIL_MAY_BE_EMPTY_END

    // Goes on to the next yield. Null: the body has ended. The value stays valid until the next
    // resumption. Throws already_running from within its own body, and whatever the body throws,
    // after which the generator is closed. Python: next(g).
    SB_DETAIL_INLINE_BY_CLANG pointer next() {
        if (SB_DETAIL_UNLIKELY(must_not_resume())) return refuse();
        innermost_state().forget_sent();
        body().path &= ~detail::thrown_in; // it is 0 here: what is inlined need not look for it
        return resume();
    }

    // The same; `value` is what SB_YIELD_INTO takes. Throws not_started where no yield waits for it.
    // Python: g.send(value).
    template <class S>
    pointer send(S&& value) {
        static_assert(!std::is_void_v<sent_type>,
            "send(): nothing can be sent to this body; its context must say sb::yields<Y, Sent>");
        if (body().path == detail::path_not_begun) detail::raise<not_started>();
        if (SB_DETAIL_UNLIKELY(must_not_resume())) return refuse();
        if constexpr (is_delegating) {
            if (body().below != nullptr) {
                body().below->state().send(static_cast<S&&>(value));
                return resume();
            }
        }
        body().send(static_cast<S&&>(value));
        return resume();
    }

#if SB_DETAIL_EXCEPTIONS
    // Raises an exception at the yield. Returns the next value, if the body catches it and yields
    // again. A generator that has not begun, or has ended, throws it at once. Python: g.throw(e).
    pointer throw_(std::exception_ptr error) {
        if (error == nullptr) detail::raise<nothing_thrown>();
        if (is_running()) detail::throw_already_running();
        innermost_state().forget_sent();
        auto what = detail::known_failure(std::move(error));
        if (!throw_in(*this, what)) throw_unseen(what);
        return resume();
    }
    template <class E, class = std::enable_if_t<!std::is_convertible_v<E, std::exception_ptr>>>
    pointer throw_(E error) {
        return throw_(std::make_exception_ptr(static_cast<E&&>(error)));
    }
#endif

    // Raises generator_exit at the yield, so that finally blocks run; where no try encloses the
    // yield, nothing is thrown and the frame is destroyed. Throws ignored_exit if the body yields
    // again, and whatever else the body throws. Gives what the body returned on its way out (Python
    // 3.13; nothing where it returns nothing). Python: g.close().
    auto close() {
        if (is_running()) detail::throw_already_running();
#if SB_DETAIL_EXCEPTIONS
        if (visible()) {
            if constexpr (is_delegating) {
                close_visible(*this);
            } else {
                close_visible(from(body().pending()));
            }
        } else {
            abandon();
        }
#else
        abandon();
#endif
        if constexpr (!std::is_void_v<return_type>) return take_returned();
    }

    // What the body returned: once, after it has ended. Empty where it was not ended by a
    // SB_RETURN(value). Python: the value of StopIteration.
    template <class R = return_type>
    auto take_returned() {
        static_assert(!std::is_void_v<R>, "take_returned(): this body returns nothing");
        if constexpr (!std::is_void_v<R>) {
            if (body().path != detail::path_closed) return maybe<R>{};
            return body().take_returned();
        }
    }

    generator_status status() const noexcept {
        if (is_running()) return generator_status::running;
        switch (body().path) {
        case detail::path_not_begun: return generator_status::created;
        case detail::path_closed: return generator_status::closed;
        default: return generator_status::suspended;
        }
    }

    // Whether next() would not resume it: it is running, or has ended.
    bool refuses() const noexcept { return must_not_resume(); }
#if SB_DETAIL_EXCEPTIONS
    // ---- For delegation

    // Whether it is suspended where a try, of its own or of a frame that it has made, would see an
    // exception, or where one would learn its context. For delegation.
    bool visible() const noexcept {
        if constexpr (is_delegating) {
            for (auto const* at = body().below; at != nullptr; at = at->caller) {
                if (at->state().pending() != 0) return true;
            }
        }
        return body().pending() != 0;
    }

    // The word in which it says so, and the way back from it.
    detail::control const& visibility() const noexcept { return body(); }
    static constexpr bool is_found_by_its_word = !context_type::state::delegates;
    static generator& from(std::uintptr_t pending) noexcept {
        auto& body = static_cast<typename context_type::state&>(detail::control::visible_at(pending));
        return static_cast<generator&>(static_cast<context_type&>(body));
    }

    // The same, or true: at no cost that grows with the depth.
    bool may_be_visible() const noexcept {
        if constexpr (is_delegating) {
            if (body().below != nullptr) return true;
        }
        return body().pending() != 0;
    }
    // An exception leaves it from where it is suspended.
    void note_context(detail::failure& leaving) const noexcept {
        if constexpr (is_delegating) {
            for (auto const* at = body().below; at != nullptr; at = at->caller) {
                at->state().note_context(leaving);
            }
        }
        body().note_context(leaving);
    }
#endif

    // The rest of the generator, as a single-pass range.
    using iterator = detail::generator_iterator<generator>;
    iterator begin() { return {*this, next()}; }
    iterator end() noexcept { return {}; }

private:
    context_type& context() noexcept { return *this; }
    auto& body() noexcept { return static_cast<typename context_type::state&>(context()); }
    auto const& body() const noexcept {
        return static_cast<typename context_type::state const&>(
            static_cast<context_type const&>(*this));
    }

    SB_DETAIL_INLINE F&& unstarted_frame() {
        if (body().path != detail::path_not_begun) detail::throw_moved_after_start();
        return static_cast<F&&>(frame_);
    }

    static constexpr bool is_delegating = context_type::state::delegates;

    // What the innermost frame and its caller say to each other.
    auto& innermost_state() noexcept {
        if constexpr (is_delegating) {
            if (body().below != nullptr) return body().below->state();
            return static_cast<detail::conversation<yield_type, sent_type, true>&>(body());
        } else {
            return body();
        }
    }

    bool is_running() const noexcept { return body().path == detail::path_running; }
    // Whether it is running or closed. Nothing is thrown in yet, so that one bit tells it.
    bool must_not_resume() const noexcept { return (body().path & detail::thrown_in) != 0; }
    // A return value is given once, at the end.
    pointer refuse() {
        if (is_running()) detail::throw_already_running();
        body().discard_returned();
        return nullptr;
    }

    // The body has ended. (It has dealt with all exceptions by then, or this is its last one.)
    SB_DETAIL_INLINE void be_over() noexcept {
        body().path = detail::path_closed;
        ::switchback::detail::destroy(frame_);
    }
    // The body will not go on from where it is suspended.
    void abandon() noexcept {
        body().discard_returned();
        if (body().path == detail::path_closed) return;
        if constexpr (is_delegating) {
            body().path = detail::path_running; // for destructors that resume it
            callees::destroy_all(body());
        }
        body().clear_visible();
        body().drop(0);
        be_over();
    }

    SB_DETAIL_INLINE pointer resume() {
        auto outcome = step::again;
        SB_DETAIL_TRY {
            if constexpr (is_delegating) {
                return resume_innermost();
            } else {
                do { // see go_on; clang, measured, wants it all in one place
                    outcome = frame_(context());
                } while (SB_DETAIL_IS_CLANG && outcome == step::again);
#if SB_DETAIL_EXCEPTIONS
                if (SB_DETAIL_IS_CLANG && outcome == step::failed) throw_failed(body().give_up_records());
#endif
            }
        }
        SB_DETAIL_CATCH_ALL {
            be_over_by_error();
        }
        if (outcome == step::yielded) return body().yielded();
        if (!SB_DETAIL_IS_CLANG && outcome != step::returned) return go_on(outcome);
        be_over();
        return nullptr;
    }
    // The body has raised an exception, or goes on in a handler or a finally. No loop leads back from
    // here to where next() has entered it: optimisers follow the path from one yield to the next through
    // one loop, the user's, but not through two.
    SB_DETAIL_COLD pointer go_on(step outcome) {
        SB_DETAIL_TRY {
            while (outcome == step::again) outcome = frame_(context());
#if SB_DETAIL_EXCEPTIONS
            if (outcome == step::failed) throw_failed(body().give_up_records());
#endif
        }
        SB_DETAIL_CATCH_ALL {
            be_over_by_error();
        }
        if (outcome == step::yielded) return body().yielded();
        be_over();
        return nullptr;
    }
    // In a catch block: an exception leaves the body, and the generator is closed.
    SB_DETAIL_INLINE void be_over_by_error() {
#if SB_DETAIL_EXCEPTIONS
        if constexpr (is_delegating) callees::destroy_all(body());
        body().discard_returned();
        be_over();
        detail::rethrow_from_body();
#endif
    }

    using callees = detail::delegation<yield_type, sent_type>;
    using made_frame = detail::callee<yield_type, sent_type>;

    // Runs the innermost frame, and on from there, without recursion.
    SB_DETAIL_INLINE pointer resume_innermost() {
        auto* at = body().below;
        for (;;) {
            if (at == nullptr) {
                switch (frame_(context())) {
                case step::yielded: return body().yielded();
                case step::called: at = callees::enter(body(), nullptr); break;
                case step::returned: be_over(); return nullptr;
#if SB_DETAIL_EXCEPTIONS
                case step::failed: throw_failed(body().give_up_records());
#endif
                default: break;
                }
            } else if (auto* const value = resume_made(at)) {
                return value;
            }
        }
    }

    // Runs frames that the body has made, from `at` on. Meanwhile this generator is running, and which
    // frame is at work is known here alone. Null: the outermost is to go on; so says `at`.
    SB_DETAIL_INLINE pointer resume_made(made_frame*& at) {
        auto const own_path = std::exchange(body().path, detail::path_running);
        for (;;) {
            auto const outcome = resume_one(*at);
            if (outcome == step::yielded) {
                body().below = at;
                body().path = own_path;
                return at->state().yielded();
            }
            if (outcome == step::called) {
                at = callees::enter(body(), at);
            } else if (outcome == step::returned) {
                at = callees::leave(body(), at);
                if (at == nullptr) {
                    body().path = own_path;
                    return nullptr;
                }
            } else {
#if SB_DETAIL_EXCEPTIONS
                body().path = own_path;
                at = pass_on_failure(at);
                if (at == nullptr) return nullptr;
                body().path = detail::path_running;
#endif
            }
        }
    }

    // Memory may be too short for a record of what it throws: then it leaves as it is.
    SB_DETAIL_INLINE step resume_one(made_frame& at) {
#if SB_DETAIL_EXCEPTIONS
        try {
            return at.resume();
        } catch (...) {
            body().below = &at;
            throw;
        }
#else
        return at.resume();
#endif
    }

#if SB_DETAIL_EXCEPTIONS
    // ---- Exceptions

    // A frame has failed: gives the one that sees its exception.
    SB_DETAIL_COLD made_frame* pass_on_failure(made_frame* at) {
        auto what = callees::take_failure(body(), at);
        if (!callees::route(body(), at, what)) {
            body().note_context(what);
            body().drop(0);
            detail::rethrow_native(static_cast<detail::failure&&>(what));
        }
        return at;
    }

    [[noreturn]] SB_DETAIL_COLD static void throw_failed(detail::record* last) {
        auto what = std::exchange(last->what, {});
        detail::drop_records(last, 0);
        detail::convert_stop(what);
        detail::rethrow_native(static_cast<detail::failure&&>(what));
    }
    // An exception that is thrown in where no body can see it: it leaves at once.
    [[noreturn]] SB_DETAIL_COLD void throw_unseen(detail::failure& what) {
        if (body().path != detail::path_closed) {
            body().note_context(what);
            detail::convert_stop(what);
        }
        abandon();
        detail::rethrow_native(static_cast<detail::failure&&>(what));
    }

    // The exception waits for the innermost body that can see it. False: none can.
    SB_DETAIL_COLD static bool throw_in(generator& self, detail::failure& what) {
        if constexpr (is_delegating) {
            auto* at = self.body().below;
            if (at != nullptr && detail::match<generator_exit>(what.error) != nullptr) {
                auto const own_path = std::exchange(self.body().path, detail::path_running);
                callees::close_all(self.body(), what);
                self.body().path = own_path;
                at = nullptr;
            }
            return callees::route(self.body(), at, what);
        } else {
            if (!self.body().visible()) return false;
            self.body().push_incoming(static_cast<detail::failure&&>(what));
            return true;
        }
    }

    SB_DETAIL_COLD pointer resume_rarely() { return resume(); }
    SB_DETAIL_COLD static void close_visible(generator& self) {
        self.innermost_state().forget_sent();
        detail::native_aside aside;
        try {
            detail::failure what{detail::generator_exit_ptr()};
            if (!throw_in(self, what)) self.throw_unseen(what);
            if (self.resume_rarely() != nullptr) detail::raise<ignored_exit>();
        } catch (generator_exit const&) {
        }
        aside.restore();
    }

    SB_DETAIL_COLD static void close_unseen(generator& self) noexcept {
        detail::native_aside aside;
        try {
            close_visible(self);
        } catch (...) {
            detail::report_unraisable(std::current_exception());
        }
        aside.restore();
    }
    // One whose body is suspended in a try, or in a finally that an exception led to.
    SB_DETAIL_COLD static void close_unseen(std::uintptr_t pending) noexcept {
        if (detail::control::visible_in(pending)) {
            auto& self = from(pending);
            close_unseen(self);
            pending = self.body().pending();
        }
        detail::drop_records(detail::control::records_in(pending), 0);
    }
#endif

    union {
        F frame_; // gone once the path says closed
    };
};

template <class F>
generator(F) -> generator<F>;

// The next value of a generator that has one: throws stop_iteration at its end. Python: next(g).
template <class Generator>
auto& next_value(Generator& of) {
    auto* const value = of.next();
    if (value == nullptr) detail::throw_stop_iteration();
    return *value;
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
