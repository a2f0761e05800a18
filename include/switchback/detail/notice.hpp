// One wait in a condition: a member of the frame that waits.
//
// The waiter first stands in the condition's list, by this object; once it is notified, or cancelled by a request,
// in the line of the mutex, by its node: for it goes on with the lock in any case. What cannot wait, a release,
// takes it out of either.
#pragma once

#include <switchback/detail/permits.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// The condition's side.
class notice_list {
public:
    notice_list() = default;
    notice_list(notice_list const&) = delete;
    notice_list& operator=(notice_list const&) = delete;
    ~notice_list();

    void check_thread() const { thread_.ensure(); }
    std::size_t waiting() const noexcept { return count_; }
    void notify(std::size_t most) noexcept;

private:
    friend class notice;

    list_head waiting_;
    list_head notified_; // and have not gone on
    std::size_t count_ = 0;
    own_thread thread_;
};

class notice final : public waitable, private links {
public:
    notice() noexcept : links{nullptr, nullptr} {}
    notice(notice&&) noexcept : notice() {} // of a frame that has not begun
    notice& operator=(notice&&) = delete;
    ~notice();

    // Gives up the lock, which there is, and waits.
    void begin(node& waiter, notice_list& in, holding& lock) noexcept;
    // The waiter goes on, with the lock. False: with an error in flight.
    bool end() noexcept;

    void abandon(node& waiter) noexcept override;
    bool forward_cancel(node& waiter, cancel_request const& what) noexcept override;

private:
    friend class notice_list;

    class observer : public permit_link {
    public:
        void observe(permits& of) noexcept { join_list(of_observed(of), &of); }
        void stop() noexcept { leave(); }
    };
    static list_head& of_observed(permits& of) noexcept { return of.observed_; }

    void leave_list() noexcept;
    void move_to_mutex() noexcept;

    node* waiter_ = nullptr;
    notice_list* in_ = nullptr; // null: it has gone
    observer mutex_;
    list_head guard_; // the user's, wherever that is moved
    bool locking_ = false;
    bool notified_ = false; // and the notification is lost, if it does not go on with it
    bool cancelled_ = false;
    cancel_request request_{}; // where it is
};

// Awaits it.
struct notified {
    notice* by;
    notice_list* in;
    holding* lock;
};

template <>
struct awaiter<notified> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto const wanted = make();
        wanted.in->check_thread();
        if (wanted.lock->of() == nullptr) raise<not_locked>();
        wanted.lock->of()->check_thread();
        wanted.by->begin(self, *wanted.in, *wanted.lock);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false; // the mutex has gone
        if (!static_cast<notice*>(self.object)->end()) return false;
        sink();
        return true;
    }
};

// What condition::wait gives.
struct [[nodiscard]] waiting_for_notice {
    notice_list* in;
    holding* lock;
    notice by{};

    step operator()(returns<void>& co);
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
