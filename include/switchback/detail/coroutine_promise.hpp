// The promise of a C++20 coroutine that the scheduler runs: what a body's macros do, it does at co_await.
//
// The coroutine is the frame of a node like any other; the node is what waits, is cancelled and has the
// result. Where a body leaves with a step, the coroutine suspends, and has the step noted here. Nobody can
// ask it whether it stands in a try: so it always says so, and what fails or cancels its await is thrown.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/detail/coroutine_place.hpp>
#include <switchback/detail/native_error.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T>
class coroutine;

// See <switchback/coroutines.hpp>.
struct this_task_t {
    explicit this_task_t() = default;
};

namespace detail {

// An await that has suspended its coroutine. In `co_await a + co_await b` a compiler may begin with b before it
// asks for the result of a (GCC does): but a node waits for one thing at a time, so that is taken before.
class pending_await {
public:
    virtual void finish() = 0;

protected:
    pending_await() = default;
    ~pending_await() = default;
};

class coroutine_promise_base {
public:
    coroutine_promise_base() = default;
    coroutine_promise_base(coroutine_promise_base const&) = delete;
    coroutine_promise_base& operator=(coroutine_promise_base const&) = delete;

    static void* operator new(std::size_t size) { return frame_memory::local().allocate(size); }
    static void operator delete(void* block, std::size_t size) noexcept {
        frame_memory::local().release(block, size);
    }

    std::suspend_always initial_suspend(await_place where = await_place::current()) noexcept {
        where_ = where;
        return {};
    }
    std::suspend_always final_suspend() noexcept { return {}; }

    // What has been thrown leaves the coroutine. It has been here before, if it was raised at an await.
    void unhandled_exception() noexcept {
        auto what = known_failure(std::current_exception());
        bool const has_passed = what.gathered != nullptr && what.error == raised_;
        if (what.error == delivered_) what.request = request_;
        self_->home->set_in_flight(std::move(what));
        if (!has_passed) pass();
        outcome_ = step::failed;
    }

    // ---- For the frame

    bool has_begun() const noexcept { return self_ != nullptr; }
    void begin(node& self) noexcept {
        self_ = &self;
        self.path = label_of(where_);
    }
    step outcome() const noexcept { return outcome_; }
    // Tells the node's core where this stands.
    void describe(node& n) noexcept {
        n.type = &type_with_place(*n.type, where_,
            has_begun() ? stretch_of(where_) : static_cast<int>(where_.line()));
        if (auto const* const known = n.type->where->load(std::memory_order_relaxed)) n.home->answer(*known);
    }

    // ---- For its awaits

    node& self() const noexcept { return *self_; }

    // Begins to wait. True: there is no need to. What fails is thrown.
    template <class How, class Make>
    bool begin_await(Make& make, await_place const& where) {
        if (SB_DETAIL_UNLIKELY(pending_ != nullptr)) std::exchange(pending_, nullptr)->finish();
        auto& self = *self_;
        where_ = where;
        self.path = in_try | label_of(where);
        outcome_ = How::start(self, make);
        if (SB_DETAIL_UNLIKELY(outcome_ == step::failed)) raise_in_flight();
        if (outcome_ != step::returned) return false;
        if (SB_DETAIL_UNLIKELY(--self.home->awaits_left == 0) && self.home->gives_way(self)) {
            outcome_ = step::suspended;
            return false;
        }
        return true;
    }
    // The await that the coroutine suspends at, until its result is taken.
    void suspend_at(pending_await& here) noexcept { pending_ = &here; }
    bool resumes_at(pending_await const& here) noexcept {
        if (pending_ != &here) return false;
        pending_ = nullptr;
        return true;
    }

    // Throws the error in flight at the await. What is known of it is kept aside: with the error itself, and
    // where it is a cancellation, here, since code that cleans up may await, and fail, before it throws on.
    [[noreturn]] SB_DETAIL_COLD void raise_in_flight() {
        pass();
        auto what = self_->home->take_in_flight();
        raised_ = what.error;
        if (what.request != 0) {
            delivered_ = what.error;
            request_ = what.request;
        }
        rethrow_native(std::move(what));
    }

protected:
    step outcome_ = step::suspended;
    node* self_ = nullptr;

private:
    void pass() noexcept {
        self_->type = &type_with_place(*self_->type, where_, stretch_of(where_));
        self_->home->pass(*self_);
    }

    await_place where_{};
    pending_await* pending_ = nullptr;
    std::exception_ptr raised_; // the last one, by which it is known again
    std::exception_ptr delivered_;
    unsigned long long request_ = 0;
};

struct no_result {};

// What a co_await makes of an awaitable. It stands in the coroutine, as what is awaited does.
template <class A>
class await_in_coroutine final : pending_await {
    using how = awaiter<plain<A>>;
    using result = typename how::result_type;

public:
    await_in_coroutine(coroutine_promise_base& in, A&& awaited, await_place const& where) noexcept
        : in_(in), awaited_(static_cast<A&&>(awaited)), where_(where) {}
    await_in_coroutine(await_in_coroutine const&) = delete;
    await_in_coroutine& operator=(await_in_coroutine const&) = delete;
    ~await_in_coroutine() {
        if (SB_DETAIL_UNLIKELY(in_.resumes_at(*this))) drop_result();
    }

    bool await_ready() {
        auto make = [this]() -> A&& { return static_cast<A&&>(awaited_); };
        if (!in_.template begin_await<how>(make, where_)) {
            in_.suspend_at(*this);
            return false;
        }
        take();
        return true;
    }
    void await_suspend(std::coroutine_handle<>) noexcept {}
    result await_resume() {
        if (in_.resumes_at(*this)) finish();
        if constexpr (!std::is_void_v<result>) return std::move(*got_);
    }

private:
    void finish() override {
        auto& self = in_.self();
        if (SB_DETAIL_UNLIKELY(self.is(is_injected)) && self.home->take_injection(self)) in_.raise_in_flight();
        take();
    }
    void take() {
        bool taken;
        if constexpr (std::is_void_v<result>) {
            ignore_result sink;
            taken = how::take(in_.self(), sink);
        } else {
            auto sink = [this](auto&& value) { got_.emplace(static_cast<decltype(value)>(value)); };
            taken = how::take(in_.self(), sink);
        }
        if (SB_DETAIL_UNLIKELY(!taken)) in_.raise_in_flight();
    }
    // The coroutine is destroyed where it waits: then it waits for nothing any more. Or what stands beside this
    // await has thrown before the result was taken.
    SB_DETAIL_COLD void drop_result() noexcept {
        if (in_.self().awaits == awaited_kind::nothing) return;
        try {
            finish();
        } catch (...) {
        }
    }

    coroutine_promise_base& in_;
    A&& awaited_;
    await_place where_;
    SB_DETAIL_MAY_BE_EMPTY_BEGIN
    std::conditional_t<std::is_void_v<result>, no_result, std::optional<result>> got_{};
    SB_DETAIL_MAY_BE_EMPTY_END
};

template <class R>
class coroutine_promise_of : public coroutine_promise_base {
public:
    // By value: what is returned is converted where the co_return stands, as by any return.
    void return_value(R value) {
        static_cast<result_state<R>&>(static_cast<task_state&>(*self_)).set_returned(std::move(value));
        outcome_ = step::returned;
    }
};
template <>
class coroutine_promise_of<void> : public coroutine_promise_base {
public:
    void return_void() noexcept { outcome_ = step::returned; }
};

template <class R>
class coroutine_promise final : public coroutine_promise_of<R> {
public:
    coroutine<R> get_return_object() noexcept {
        return coroutine<R>(std::coroutine_handle<coroutine_promise>::from_promise(*this));
    }

    template <class A>
    auto await_transform(A&& awaitable, await_place where = await_place::current()) noexcept {
        check_awaitable<A&&>();
        if constexpr (is_awaitable<A&&>::value &&
                      !(is_task_frame<plain<A>>::value && std::is_lvalue_reference_v<A>)) {
            return await_in_coroutine<A>(*this, static_cast<A&&>(awaitable), where);
        } else {
            return std::suspend_never{};
        }
    }

    struct own_context {
        returns<R>& co;
        static constexpr bool await_ready() noexcept { return true; }
        static void await_suspend(std::coroutine_handle<>) noexcept {}
        returns<R>& await_resume() const noexcept { return co; }
    };
    own_context await_transform(this_task_t) noexcept { return {node_of<coroutine<R>>::from(*this->self_)}; }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
