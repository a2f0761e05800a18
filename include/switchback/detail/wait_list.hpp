// Tasks that wait in one object: what events, mutexes, queues and the like are made of.
//
// A waiter is its task's node itself, so that to wait takes no memory. It is woken through the ready queue, and
// what it was woken for leaves the object only as it goes on: until then that is reserved, and nobody overtakes.
// Cancelled in between, it passes on what was reserved for it. Where an object dies, those who wait in it, or were
// woken and have not gone on, fail with sb::destroyed.
//
// No user's code is called here: whoever changes an object may do so in the middle of a release.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/detail/own_thread.hpp>

#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// What is awaited in an object's place by those who owe it nothing any more.
class placeholder final : public waitable {
public:
    void abandon(node&) noexcept override {}
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }
};
inline placeholder nothing_owed;
inline placeholder gone_object;

// An error is in flight from now on, without a throw.
template <class Error>
SB_DETAIL_COLD void fly(core& home) noexcept {
#if SB_DETAIL_EXCEPTIONS
    home.set_in_flight(failure{std::make_exception_ptr(Error{})});
#else
    static_cast<void>(home);
#endif
}

// A waiter goes on. False: what it waited in has gone, and the error is in flight.
inline bool end_wait(node& self) noexcept {
    self.awaits = awaited_kind::nothing;
    if (SB_DETAIL_UNLIKELY(self.object == &gone_object)) {
        fly<destroyed>(*self.home);
        return false;
    }
    return true;
}

// Those who are woken are owed nothing.
class wait_list : public waitable {
public:
    wait_list() = default;
    wait_list(wait_list const&) = delete;
    wait_list& operator=(wait_list const&) = delete;

    void check_thread() const { thread_.ensure(); }
    bool has_waiting() const noexcept { return !waiting_.empty(); }

    void await_this(node& waiter) noexcept {
        waiter.object = this;
        waiter.awaits = awaited_kind::object;
    }
    void wait(node& waiter) noexcept {
        await_this(waiter);
        waiter.state = node_state::waiting;
        waiting_.push_back(waiter);
    }
    // In the order in which they came. They wait for another object now, which has made them ready. How many.
    std::size_t wake_all(waitable& from_now_on = nothing_owed) noexcept {
        std::size_t woken = 0;
        for (; !waiting_.empty(); ++woken) {
            auto& first = pop_first();
            first.object = &from_now_on;
            first.home->make_ready(first);
            first.home->note_woken(first, *this);
        }
        return woken;
    }

    void abandon(node& waiter) noexcept override {
        if (waiter.state != node_state::ready) unlink(waiter);
    }
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }

protected:
    ~wait_list() { fail_waiting(); }

    node& pop_first() noexcept { return static_cast<node&>(waiting_.pop_front()); }
    void push_waiting(node& waiter) noexcept {
        waiter.state = node_state::waiting;
        waiting_.push_back(waiter);
    }
    void fail_waiting() noexcept {
        if (waiting_.empty()) return;
        check_end();
        wake_all(gone_object);
    }
    void check_end() const noexcept {
        if (thread_.is_another()) {
            give_up("an object was destroyed on a thread that is not its own while tasks wait in it");
        }
    }

private:
    list_head waiting_;
    own_thread thread_;
};

// Open, or shut by somebody: then whoever comes waits until the last of these has gone.
class gate final : public wait_list {
public:
    explicit gate(bool is_open) noexcept : shut_by_(is_open ? 0 : 1) {}

    bool is_open() const noexcept { return shut_by_ == 0; }
    void open() noexcept {
        shut_by_ = 0;
        wake_all();
    }
    void shut() noexcept { shut_by_ = 1; }
    void one_more() noexcept { ++shut_by_; }
    void one_less() noexcept {
        if (--shut_by_ == 0) wake_all();
    }
    void end() noexcept { fail_waiting(); }

private:
    std::size_t shut_by_;
};

// Awaits that it is open.
struct [[nodiscard]] passing {
    gate* through;
};

template <>
struct awaiter<passing> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& through = *make().through;
        through.check_thread();
        self.object = &nothing_owed;
        if (through.is_open()) return step::returned;
        through.wait(self);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        sink();
        return true;
    }
};

// Those who are woken have something reserved for them.
class wait_line : public wait_list {
public:
    // Who stands in line; who of those that were woken has not gone on; both.
    std::size_t woken() const noexcept { return woken_; }
    std::size_t present() const noexcept { return present_; }
    bool nobody() const noexcept { return present_ == 0; }

    // Has it at once, without waiting.
    void claim(node& newcomer) noexcept {
        await_this(newcomer);
        ++present_;
        ++woken_;
    }
    // One that awaits this already: has it, behind others that have not gone on; or waits.
    void claim_later(node& newcomer) noexcept {
        ++present_;
        ++woken_;
        newcomer.home->make_ready(newcomer);
    }
    void stand(node& newcomer) noexcept {
        ++present_;
        push_waiting(newcomer);
    }
    void wake_first() noexcept {
        ++woken_;
        auto& first = pop_first();
        first.home->make_ready(first);
    }
    // One that was woken goes on, or never had to wait.
    void go_on() noexcept {
        --present_;
        --woken_;
    }
    // A waiter does not wait any more. True: it had been woken, so that another one's turn has come.
    bool leave(node& waiter) noexcept {
        --present_;
        if (waiter.state == node_state::ready) {
            --woken_;
            return true;
        }
        unlink(waiter);
        return false;
    }

    void abandon(node& waiter) noexcept override {
        if (leave(waiter)) pass_on();
    }
    // Those who wait and who were woken fail: what they wait for is gone. Nothing else changes yet: while the rest
    // of the object dies, the user's code may still come.
    void end() noexcept {
        fail_waiting();
        if (woken_ != 0) {
            check_end();
            core::replace_awaited(*this, gone_object);
        }
        present_ = woken_ = 0;
    }

protected:
    ~wait_line() { end(); }

private:
    virtual void pass_on() noexcept = 0;

    std::size_t present_ = 0;
    std::size_t woken_ = 0;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
