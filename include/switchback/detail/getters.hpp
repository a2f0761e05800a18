// Those who wait for items, one each: of a queue, or of a subscription to a broadcast.
//
// The items are counted here, and kept by the object that derives from this, which has
//
//     T take_item();          // the next, which there is; what it throws leaves that where it was
#pragma once

#include <switchback/detail/wait_list.hpp>

#include <optional>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class getters : public wait_line {
public:
    std::size_t items() const noexcept { return items_; }
    bool is_closed() const noexcept { return closed_; }
    bool has_one() const noexcept { return items_ != 0 && nobody(); }

    void item_came() noexcept {
        ++items_;
        if (woken() != present()) wake_first(); // where one waits, all items before it were reserved
    }
    void item_went() noexcept { --items_; }
    void serve_getters() noexcept {
        while (has_waiting() && (closed_ || items_ > woken())) wake_first();
    }
    void close_getters() noexcept {
        closed_ = is_special_ = true;
        serve_getters();
    }
    // Nobody who comes now waits. Those who do are told that the object dies.
    void end_getters() noexcept {
        closed_ = is_special_ = true;
        end();
    }

    step begin_get(node& self) {
        check_thread();
        if (items_ == 0 && !is_special_) {
            await_this(self);
            stand(self);
            return step::suspended;
        }
        return begin_otherwise(self);
    }

protected:
    // Somebody who gets is what makes room for an item.
    explicit getters(bool make_room = false) noexcept : is_special_(make_room), make_room_(make_room) {}
    ~getters() = default;

private:
    // Where nothing more comes, nobody has to wait for that.
    SB_DETAIL_INLINE step begin_otherwise(node& self) noexcept {
        if (nobody() && (items_ != 0 || closed_)) {
            claim(self);
            return step::returned;
        }
        stand_or_claim(self);
        return step::suspended;
    }
    SB_DETAIL_COLD void stand_or_claim(node& self) noexcept {
        await_this(self);
        if (closed_ || items_ > woken()) {
            claim_later(self);
        } else {
            stand(self);
            if (make_room_) room_came();
        }
    }
    void pass_on() noexcept override { serve_getters(); }
    virtual void room_came() noexcept {}

    std::size_t items_ = 0;
    bool closed_ = false;
    bool is_special_; // closed, or
    bool make_room_;
};

// A getter that has been served takes its item. What that throws is its own affair, and another's turn has come.
template <class Source>
SB_DETAIL_INLINE auto take_reserved_item(Source& of) {
    struct passing_on {
        Source& of;
        bool failed = true;
        ~passing_on() {
            if (failed) of.serve_getters();
        }
    } watching{of};
    of.go_on();
    auto item = of.take_item();
    watching.failed = false;
    return item;
}

// Awaits an item; or fails with queue_closed.
template <class Source>
struct [[nodiscard]] getting {
    Source* from;
};

template <class Source>
struct awaiter<getting<Source>> {
    static constexpr bool exists = true;
    using result_type = typename Source::value_type;

    template <class Make>
    static step start(node& self, Make& make) {
        return make().from->begin_get(self);
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        auto& from = static_cast<Source&>(*self.object);
        if (SB_DETAIL_UNLIKELY(from.items() == 0)) {
            from.go_on();
            fly<queue_closed>(*self.home);
            return false;
        }
        auto item = take_reserved_item(from); // it is out of the queue before the target's code runs
        sink(std::move(item));
        return true;
    }
};

// Awaits an item, or the end.
template <class Source>
struct [[nodiscard]] getting_next {
    Source* from;
};

template <class Source>
struct awaiter<getting_next<Source>> {
    static constexpr bool exists = true;
    using result_type = std::optional<typename Source::value_type>;

    template <class Make>
    static step start(node& self, Make& make) {
        return make().from->begin_get(self);
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        auto& from = static_cast<Source&>(*self.object);
        if (from.items() == 0) {
            from.go_on();
            sink(result_type());
        } else {
            sink(result_type(take_reserved_item(from)));
        }
        return true;
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
