// A place that one task has at a time, handed on in the order in which they came.
#pragma once

#include <switchback/detail/await.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class turnstile final : public waitable {
public:
    turnstile() = default;
    turnstile(turnstile const&) = delete;
    turnstile& operator=(turnstile const&) = delete;

    bool is_taken() const noexcept { return taken_; }

    // Whoever has the place gives it to the next.
    void leave() noexcept {
        if (waiting_.empty()) {
            taken_ = false;
        } else {
            auto& next = static_cast<node&>(waiting_.pop_front());
            next.home->make_ready(next);
        }
    }

    // waitable
    void abandon(node& waiter) noexcept override {
        if (waiter.state == node_state::ready) {
            leave(); // it had been given the place, and had not gone on
        } else {
            unlink(waiter);
        }
    }
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }

private:
    template <class T, class>
    friend struct awaiter;

    // True: there is nobody before it.
    bool enter(node& who) {
        if (!waiting_.empty() && static_cast<node*>(waiting_.next)->home != who.home) {
            raise<wrong_scheduler>("tasks of another scheduler wait for the same");
        }
        who.object = this; // which gets the place back where the task ends before it has gone on
        who.awaits = awaited_kind::object;
        if (!taken_) return taken_ = true;
        who.state = node_state::waiting;
        waiting_.push_back(who);
        return false;
    }

    list_head waiting_;
    bool taken_ = false;
};

// Awaited, it gives the place.
struct next_in_line {
    turnstile& of;
};

template <>
struct awaiter<next_in_line> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        return make().of.enter(self) ? step::returned : step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        self.awaits = awaited_kind::nothing;
        sink();
        return true;
    }
};

// A frame's member: gives the place on when the frame goes.
class place_in_line {
public:
    place_in_line() = default;
    place_in_line(place_in_line&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    place_in_line& operator=(place_in_line&&) = delete;
    ~place_in_line() {
        if (held_ != nullptr) held_->leave();
    }

    void hold(turnstile& gained) noexcept { held_ = &gained; }

private:
    turnstile* held_ = nullptr;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
