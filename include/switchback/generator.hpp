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

#include <switchback/detail/callee.hpp>
#include <switchback/detail/frame_traits.hpp>
#include <switchback/try.hpp>
#include <switchback/unhandled.hpp>
#include <switchback/yields.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace switchback {
inline namespace v0 {

// Where a generator stands (Python: inspect.getgeneratorstate).
enum class generator_status { created, running, suspended, closed };

namespace detail {
[[noreturn]] SB_DETAIL_COLD inline void throw_already_running() { throw already_running{}; }
[[noreturn]] SB_DETAIL_COLD inline void give_up_destroyed_while_running() {
    std::fputs("switchback: a generator was destroyed by its own body\n", stderr);
    std::abort();
}
} // namespace detail

template <class F>
class generator {
    static_assert(detail::is_frame<F>,
        "sb::generator takes a frame: a class or mutable lambda with one operator(), "
        "sb::step operator()(sb::yields<Y>& co)");
    using context_type = detail::context_of<F>;
    static_assert(context_type::state::is_generator,
        "sb::generator takes a body that is called with sb::yields<Y>&; this one is a task's");

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
    // to the frame's members.
    generator(generator&& other) : generator(std::in_place, other.unstarted_frame()) {}
    generator& operator=(generator&&) = delete;

    // Closes the generator. What its body raises then, or a yield where it should have ended, goes
    // to the handler of <switchback/unhandled.hpp>. By its own body: aborts.
    ~generator() {
        if (SB_DETAIL_UNLIKELY(is_running())) detail::give_up_destroyed_while_running();
        if (SB_DETAIL_UNLIKELY(!body().untouched()) || has_callees()) close_unseen();
        if (body().path != detail::path_closed) frame_.~F();
    }

    // Goes on to the next yield. Null: the body has ended. The value stays valid until the next
    // resumption. Throws already_running from within its own body, and whatever the body throws,
    // after which the generator is closed. Python: next(g).
    pointer next() {
        if (SB_DETAIL_UNLIKELY(cannot_resume())) return refuse();
        body().forget_sent();
        return resume();
    }

    // The same; `value` is what SB_YIELD_INTO takes. Throws not_started where no yield waits for it.
    // Python: g.send(value).
    template <class S>
    pointer send(S&& value) {
        static_assert(!std::is_void_v<sent_type>,
            "send(): nothing can be sent to this body; its context must say sb::yields<Y, Sent>");
        if (body().path == detail::path_not_begun) throw not_started{};
        if (SB_DETAIL_UNLIKELY(cannot_resume())) return refuse();
        if constexpr (is_delegating) {
            if (body().below != nullptr) {
                body().below->state->send(static_cast<S&&>(value));
                return resume();
            }
        }
        body().send(static_cast<S&&>(value));
        return resume();
    }

    // Raises an exception at the yield. Returns the next value, if the body catches it and yields
    // again. A generator that has not begun, or has ended, throws it at once. Python: g.throw(e).
    pointer throw_(std::exception_ptr error) {
        if (error == nullptr) throw std::invalid_argument("throw_() of a null exception_ptr");
        if (is_running()) detail::throw_already_running();
        body().forget_sent();
        detail::failure what{std::move(error), nullptr};
        if (!throw_in(what)) {
            body().discard_returned();
            finish();
            std::rethrow_exception(std::move(what.error));
        }
        return resume();
    }
    template <class E, class = std::enable_if_t<!std::is_convertible_v<E, std::exception_ptr>>>
    pointer throw_(E error) {
        return throw_(std::make_exception_ptr(static_cast<E&&>(error)));
    }

    // Raises generator_exit at the yield, so that finally blocks run; where no try encloses the
    // yield, nothing is thrown and the frame is destroyed. Throws ignored_exit if the body yields
    // again, and whatever else the body throws. Gives what the body returned on its way out (Python
    // 3.13; nothing where it returns nothing). Python: g.close().
    auto close() {
        if (is_running()) detail::throw_already_running();
        if (visible()) {
            close_visible();
        } else {
            body().discard_returned();
            finish();
        }
        if constexpr (!std::is_void_v<return_type>) return take_returned();
    }

    // What the body returned: once, after it has ended. Empty where it was not ended by a
    // SB_RETURN(value). Python: the value of StopIteration.
    template <class R = return_type>
    std::optional<R> take_returned() {
        static_assert(!std::is_void_v<return_type>, "take_returned(): this body returns nothing");
        if (body().path != detail::path_closed) return std::nullopt;
        return body().take_returned();
    }

    generator_status status() const noexcept {
        if (is_running()) return generator_status::running;
        switch (body().path) {
        case detail::path_not_begun: return generator_status::created;
        case detail::path_closed: return generator_status::closed;
        default: return generator_status::suspended;
        }
    }

    // Whether it is suspended where a try, of its own or of a frame that it has made, would see an
    // exception. For delegation.
    bool visible() const noexcept {
        if constexpr (is_delegating) {
            for (auto const* at = body().below; at != nullptr; at = at->caller) {
                if (at->state->visible()) return true;
            }
        }
        return body().visible();
    }

    // The rest of the generator, as a single-pass range.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = generator::value_type;
        using difference_type = std::ptrdiff_t;
        using pointer = generator::pointer;
        using reference = std::remove_reference_t<yield_type>&;

        iterator() = default;
        reference operator*() const noexcept { return *current_; }
        pointer operator->() const noexcept { return current_; }
        iterator& operator++() {
            current_ = of_->next();
            return *this;
        }
        // Keeps the old value for `*it++`, as an input iterator must.
        class held {
        public:
            explicit held(value_type value) : value_(static_cast<value_type&&>(value)) {}
            value_type& operator*() noexcept { return value_; }

        private:
            value_type value_;
        };
        held operator++(int) {
            held old{*current_};
            ++*this;
            return old;
        }
        friend bool operator==(iterator const& a, iterator const& b) noexcept {
            return a.current_ == b.current_;
        }
        friend bool operator!=(iterator const& a, iterator const& b) noexcept {
            return a.current_ != b.current_;
        }

    private:
        friend generator;
        iterator(generator& of, pointer current) : of_(&of), current_(current) {}
        generator* of_ = nullptr;
        pointer current_ = nullptr;
    };
    iterator begin() { return {*this, next()}; }
    iterator end() noexcept { return {}; }

private:
    auto& body() noexcept { return detail::access::body(context_); }
    auto const& body() const noexcept {
        return static_cast<typename context_type::state const&>(context_);
    }

    F&& unstarted_frame() {
        if (body().path != detail::path_not_begun) throw moved_after_start{};
        return static_cast<F&&>(frame_);
    }

    static constexpr bool is_delegating = context_type::state::delegates;

    bool is_running() const noexcept {
        if constexpr (is_delegating) {
            if (body().busy()) return true;
        }
        return body().path == detail::path_running;
    }
    bool cannot_resume() const noexcept {
        if constexpr (is_delegating) {
            if (body().busy()) return true;
        }
        return body().path >= detail::path_running;
    }
    bool has_callees() const noexcept {
        if constexpr (is_delegating) {
            return body().below != nullptr;
        } else {
            return false;
        }
    }

    // next() or send() where nothing can be resumed. A return value is given once, at the end. The
    // cold part knows nothing of this object: to hand out its address would keep it in memory.
    pointer refuse() {
        if (is_running()) detail::throw_already_running();
        body().discard_returned();
        return nullptr;
    }

    void finish() noexcept {
        if (body().path == detail::path_closed) return;
        if constexpr (is_delegating) callees::destroy_all(body());
        body().path = detail::path_closed;
        body().clear_visible();
        body().drop(0);
        frame_.~F();
    }

    // An exception leaves the body: the generator is closed.
    struct closing_guard {
        generator& self;
        bool armed = true;
        ~closing_guard() {
            if (!armed) return;
            if constexpr (is_delegating) self.body().clear_busy();
            self.body().discard_returned();
            self.finish();
        }
    };

    pointer resume() {
        if constexpr (is_delegating) {
            return resume_innermost();
        } else {
            closing_guard leaving{*this};
            for (;;) {
                switch (frame_(context_)) {
                case step::yielded: leaving.armed = false; return body().yielded();
                case step::returned:
                    leaving.armed = false;
                    finish();
                    return nullptr;
                case step::failed: rethrow();
                default: break;
                }
            }
        }
    }

    using callees = detail::delegation<yield_type, sent_type>;

    pointer resume_innermost() {
        closing_guard leaving{*this};
        auto* at = body().below;
        for (;;) {
            step outcome;
            if (at == nullptr) {
                outcome = frame_(context_);
            } else {
                body().set_busy();
                outcome = at->resume(*at);
                body().clear_busy();
            }
            switch (outcome) {
            case step::yielded:
                leaving.armed = false;
                return at == nullptr ? body().yielded() : at->state->yielded();
            case step::called: at = callees::enter(body(), at); break;
            case step::returned:
                if (at == nullptr) {
                    leaving.armed = false;
                    finish();
                    return nullptr;
                }
                at = callees::leave(body(), at);
                break;
            case step::failed: {
                if (at == nullptr) rethrow();
                auto what = callees::take_failure(body(), at);
                if (!callees::route(body(), at, what)) std::rethrow_exception(what.error);
                break;
            }
            default: break;
            }
        }
    }

    [[noreturn]] SB_DETAIL_COLD void rethrow() {
        auto what = body().take();
        std::rethrow_exception(std::move(what.error));
    }

    // The exception waits for the innermost body that can see it. False: none can.
    SB_DETAIL_COLD bool throw_in(detail::failure& what) {
        if constexpr (is_delegating) {
            auto* at = body().below;
            return callees::route(body(), at, what);
        } else {
            if (!body().visible()) return false;
            body().push_incoming(static_cast<detail::failure&&>(what));
            body().path |= detail::thrown_in;
            return true;
        }
    }

    SB_DETAIL_COLD void close_visible() {
        body().forget_sent();
        detail::failure what{detail::generator_exit_ptr(), nullptr};
        throw_in(what);
        try {
            if (resume() != nullptr) throw ignored_exit{};
        } catch (generator_exit const&) {
        }
    }

    SB_DETAIL_COLD void close_unseen() noexcept {
        if (visible()) {
            try {
                close_visible();
            } catch (...) {
                detail::report_unraisable(std::current_exception());
            }
        }
        if constexpr (is_delegating) callees::destroy_all(body());
    }

    union {
        F frame_; // gone once the path says closed
    };
    context_type context_;
};

template <class F>
generator(F) -> generator<F>;

} // namespace v0
} // namespace switchback
