// Something that happens again and again, and what there is to tell of it each time.
//
//     sb::signal<int, int> clicked;                            // a member of a button, say
//     …
//     clicked.raise(x, y);                                     // from any code on that thread
//     …
//     SB_AWAIT_INTO(where, clicked.next());                    // in a task: the next time; a std::tuple<int, int>
//     sb::connection c = clicked.connect([](int x, int y) { … }); // without a task: each time, while c lives
//
// Who waits gets the one that came first after it began to wait, even if more come before it goes on. Between two
// waits a task listens to nothing: what is to miss none takes a sb::broadcast, or a sb::queue that a callback fills.
// (The seeds' Event and WaitForEvent.)
#pragma once

#include <switchback/body.hpp>
#include <switchback/detail/emission.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Keeps a callback in a signal: until it dies, disconnect() is called, or the signal dies. Movable, or empty.
class connection {
public:
    connection() noexcept = default;
    connection(connection&&) noexcept = default;
    connection& operator=(connection other) noexcept {
        std::swap(listener_, other.listener_);
        return *this;
    }
    ~connection() { disconnect(); }

    // The callback is not called any more, nor by a raise() that is under way. It is destroyed: at once, or at the
    // end of its own call. On the signal's thread: on another one it ends the program.
    void disconnect() noexcept {
        if (auto const gone = std::move(listener_)) gone->leave();
    }
    bool connected() const noexcept { return listener_ != nullptr && listener_->is_listed(); }

private:
    template <class... Args>
    friend class signal;
    explicit connection(std::shared_ptr<detail::listener_base> to) noexcept : listener_(std::move(to)) {}

    std::shared_ptr<detail::listener_base> listener_;
};

namespace detail {

template <class Signal, class Predicate, class R>
struct next_matching;

} // namespace detail

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
// What it tells is kept by value, and can be copied.
template <class... Args>
class signal {
    static_assert((std::is_copy_constructible_v<std::decay_t<Args>> && ...),
        "sb::signal<Args...>: everyone who waits gets a copy; use std::shared_ptr<T const> for what cannot be copied");
    using list = detail::listeners<std::decay_t<Args>...>;

public:
    // What next() gives: nothing, the one argument, or a std::tuple of them.
    using result_type = typename detail::told<std::decay_t<Args>...>::type;

    signal() = default;
    signal(signal const&) = delete;
    signal& operator=(signal const&) = delete;
    // Those who wait fail with sb::destroyed, the connections end. It may die in one of its callbacks.
    ~signal() {
        if (auto const held = std::move(listeners_)) held->end();
    }

    // Tells those who wait at this moment: they go on through the ready queue, in the order in which they came. Then
    // calls the callbacks, in the order of their connections: none that is connected meanwhile. What one throws
    // goes to the handler of <switchback/unhandled.hpp>. Allocates once where a task waits, else not at all.
    void raise(std::decay_t<Args> const&... what) {
        waiters_.check_thread();
        if (waiters_.has_waiting()) {
            auto* const told = new detail::emission<std::decay_t<Args>...>(what...);
            if (waiters_.has_waiting()) {
                told->wake(waiters_);
            } else {
                told->discard();
            }
        }
        if (auto const held = listeners_) held->call(what...);
    }
    void operator()(std::decay_t<Args> const&... what) { raise(what...); }

    // Awaits the next time, and gives its arguments. Takes no memory.
    auto next() noexcept { return detail::next_emission<std::decay_t<Args>...>{&waiters_}; }
    // Awaits the next time that a predicate says true of. It is called with the arguments within raise(), in its
    // turn among the callbacks; what it throws is raised at the await. Two allocations.
    template <class Predicate>
    auto next(Predicate&& predicate) {
        static_assert(std::is_invocable_r_v<bool, std::decay_t<Predicate>&, std::decay_t<Args> const&...>,
            "signal::next(predicate): the predicate is called with the signal's arguments, and says true or false");
        return detail::next_matching<signal, std::decay_t<Predicate>, result_type>{
            this, static_cast<Predicate&&>(predicate)};
    }

    // Calls the function each time, with the arguments, while the connection lives. It may connect and disconnect
    // what it likes, raise this again, and destroy it. Allocates.
    template <class Function>
    [[nodiscard]] connection connect(Function&& function) {
        using callback = detail::callback<std::decay_t<Function>, std::decay_t<Args>...>;
        static_assert(std::is_invocable_v<std::decay_t<Function>&, std::decay_t<Args> const&...>,
            "signal::connect(function): the function is called with the signal's arguments");
        waiters_.check_thread();
        auto made = std::make_shared<callback>(static_cast<Function&&>(function));
        add(*made);
        return connection(std::move(made));
    }

private:
    template <class Signal, class Predicate, class R>
    friend struct detail::next_matching;

    template <class Predicate>
    using matcher = detail::matcher<Predicate, std::decay_t<Args>...>;

    template <class Predicate>
    std::shared_ptr<matcher<Predicate>> match(Predicate&& predicate, detail::node& waiter) {
        waiters_.check_thread();
        auto made = std::make_shared<matcher<Predicate>>(std::move(predicate));
        add(*made);
        made->begin(waiter);
        return made;
    }
    void add(detail::listener_base& last) {
        if (listeners_ == nullptr) listeners_ = std::make_shared<list>();
        listeners_->add(last);
    }

    detail::waiters waiters_;
    std::shared_ptr<list> listeners_;
};

namespace detail {

template <class Frame>
struct match_of {
    Frame* frame;
};

template <class Frame>
struct awaiter<match_of<Frame>> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& frame = *make().frame;
        frame.begin(self);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        if (static_cast<typename Frame::matcher*>(self.object)->failed(*self.home)) return false;
        sink();
        return true;
    }
};

// What the form with a predicate gives: it owns the predicate, which may be running when this dies.
template <class Signal, class Predicate, class R>
struct [[nodiscard]] next_matching {
    using matcher = typename Signal::template matcher<Predicate>;

    Signal* of;
    Predicate predicate;
    std::shared_ptr<matcher> found{};

    void begin(node& self) { found = of->match(std::move(predicate), self); }

    step operator()(returns<R>& co) {
        SB_BEGIN(co);
        SB_AWAIT(match_of<next_matching>{this});
        if constexpr (std::is_void_v<R>) {
            SB_RETURN();
        } else {
            SB_RETURN(told_value(found->values()));
        }
        SB_END();
    }

private:
    template <class... A>
    static std::tuple<A...>&& told_value(std::tuple<A...>& values) noexcept {
        return std::move(values);
    }
    template <class A>
    static A&& told_value(std::tuple<A>& values) noexcept {
        return std::get<0>(std::move(values));
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
