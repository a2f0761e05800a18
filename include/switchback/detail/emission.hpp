// What a signal tells, for those who waited for it: counted by them.
//
// It is a node, too, so that it can die in the ready queue, where the last of them is cancelled before it has gone
// on: there is no place for the user's code in the middle of a cancellation.
#pragma once

#include <switchback/detail/listeners.hpp>
#include <switchback/detail/wait_list.hpp>

#include <tuple>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class waiters final : public wait_list {};

class emission_base : public waitable, public node {
public:
    emission_base(emission_base const&) = delete;
    emission_base& operator=(emission_base const&) = delete;

    // All of them: there is somebody.
    void wake(waiters& those) noexcept { holders_ = those.wake_all(*this); }

    void abandon(node& waiter) noexcept override {
        if (--holders_ != 0) return;
        home = waiter.home;
        home->make_ready(*this);
    }
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }

protected:
    emission_base() noexcept : node(nullptr, type_of_emissions) {}
    virtual ~emission_base() = default;

    bool is_held_once() const noexcept { return holders_ == 1; }
    void let_go() noexcept {
        if (--holders_ == 0) delete this;
    }

private:
    static step die(node& n) {
        delete static_cast<emission_base*>(&n);
        return step::suspended;
    }
    static inline frame_type const type_of_emissions{
        &emission_base::die, nullptr, nullptr, nullptr, "an emission", nullptr, sizeof(node), alignof(node)};

    std::size_t holders_ = 0;
};

template <class... A>
class emission final : public emission_base {
public:
    explicit emission(A const&... what) : values_(what...) {}
    // Nobody was woken.
    void discard() noexcept { delete this; }

    // One who was woken takes what it was told: the last one the values themselves.
    static std::tuple<A...> take(node& self) {
        struct guard {
            emission& of;
            ~guard() { of.let_go(); }
        } const held{*static_cast<emission*>(self.object)};
        if (held.of.is_held_once()) return std::move(held.of.values_);
        return std::as_const(held.of.values_);
    }

private:
    std::tuple<A...> values_;
};

// Nothing, the one value, or a tuple of them.
template <class... A>
struct told {
    using type = std::tuple<A...>;
    template <class Sink>
    static void give(std::tuple<A...>&& values, Sink& sink) {
        sink(std::move(values));
    }
};
template <class A>
struct told<A> {
    using type = A;
    template <class Sink>
    static void give(std::tuple<A>&& values, Sink& sink) {
        sink(std::get<0>(std::move(values)));
    }
};
template <>
struct told<> {
    using type = void;
    template <class Sink>
    static void give(std::tuple<>&&, Sink& sink) {
        sink();
    }
};

// Awaits the next one.
template <class... A>
struct [[nodiscard]] next_emission {
    waiters* in;
};

template <class... A>
struct awaiter<next_emission<A...>> {
    static constexpr bool exists = true;
    using result_type = typename told<A...>::type;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& in = *make().in;
        in.check_thread();
        in.wait(self);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        told<A...>::give(emission<A...>::take(self), sink);
        return true;
    }
};

// Who waits for one that a predicate says true of: asked when it is raised, as a callback.
template <class Predicate, class... A>
class matcher final : public listener<A...>,
                      public waitable,
                      public std::enable_shared_from_this<matcher<Predicate, A...>> {
public:
    explicit matcher(Predicate&& predicate) : matches_(std::move(predicate)) {}

    void begin(node& waiter) noexcept {
        waiter_ = &waiter;
        waiter.object = this;
        waiter.awaits = awaited_kind::object;
        waiter.state = node_state::waiting;
    }
    std::tuple<A...>& values() noexcept { return *values_; }
    // True: the error that asking has failed with is in flight.
    bool failed(core& home) noexcept {
#if SB_DETAIL_EXCEPTIONS
        if (error_ == nullptr) return false;
        home.set_in_flight(failure{std::exchange(error_, nullptr)});
        return true;
#else
        static_cast<void>(home);
        return false;
#endif
    }

    void hear(A const&... what) noexcept override {
        auto const alive = this->shared_from_this();
        SB_DETAIL_TRY {
            if (!static_cast<bool>(matches_(what...)) || !this->is_listed()) return;
            values_.emplace(what...);
        }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            error_ = std::current_exception();
#endif
        }
        if (!this->is_listed()) return; // the waiter has gone meanwhile
        this->leave();
        waiter_->home->make_ready(*waiter_);
    }
    void abandon(node&) noexcept override { this->leave(); }
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }

private:
    void list_ends() noexcept override {
        waiter_->object = &gone_object;
        waiter_->home->make_ready(*waiter_);
    }

    Predicate matches_;
    node* waiter_ = nullptr;
    std::optional<std::tuple<A...>> values_;
#if SB_DETAIL_EXCEPTIONS
    std::exception_ptr error_;
#endif
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
