// What put() of a queue does. Where there is room the item goes in on the spot; where not, a frame of its own has it
// and waits, so that it dies with that when the put is cancelled.
#pragma once

#include <switchback/body.hpp>
#include <switchback/detail/channel.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Awaits room, which is reserved until the waiter has used it.
template <class Channel>
struct room_in {
    Channel* of;
};

template <class Channel>
struct awaiter<room_in<Channel>> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& of = *make().of;
        auto& line = of.putters_;
        if (line.is_closed()) {
            fly<queue_closed>(*self.home);
            return step::failed;
        }
        auto const room = of.room();
        if (room != 0 && line.nobody()) {
            line.claim(self);
            return step::returned;
        }
        line.await_this(self);
        if (room > line.woken()) {
            line.claim_later(self);
        } else {
            line.stand(self);
        }
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        auto& line = static_cast<typename Channel::putters&>(*self.object);
        line.go_on();
        if (line.is_closed()) {
            fly<queue_closed>(*self.home);
            return false;
        }
        sink();
        return true;
    }
};

// One that has to wait.
template <class Channel>
struct putting_in {
    Channel* to;
    typename Channel::value_type item;

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(room_in<Channel>{to});
        to->enter_reserved(std::move(item));
        SB_END();
    }
};

template <class Channel>
struct [[nodiscard]] putting {
    Channel* to;
    typename Channel::value_type item;
};

template <class Channel>
struct awaiter<putting<Channel>> {
    static constexpr bool exists = true;
    using result_type = void;
    using slowly = awaiter<putting_in<Channel>>;

    // An await that need not wait may be made to give way, and then be cancelled: the item is not to be in by then.
    template <class Make>
    static step start(node& self, Make& make) {
        auto wanted = make();
        auto& to = *wanted.to;
        to.check_thread();
        if (to.can_put_at_once() && self.home->awaits_left != 1) {
            to.enter(std::move(wanted.item));
            return step::returned;
        }
        return start_slowly(self, wanted);
    }
    SB_DETAIL_COLD static step start_slowly(node& self, putting<Channel>& wanted) {
        auto const waits = [&] { return putting_in<Channel>{wanted.to, std::move(wanted.item)}; };
        return slowly::start(self, waits);
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (self.awaits == awaited_kind::child) return slowly::take(self, sink);
        sink();
        return true;
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
