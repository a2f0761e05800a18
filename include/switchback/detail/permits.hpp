// A number of permits, and who waits for one: a semaphore, or with one permit a mutex.
//
// Whoever holds a permit by a `holding` is listed, so that one that outlives the object finds that it holds
// nothing any more.
#pragma once

#include <switchback/detail/wait_list.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class permits final : public wait_line {
public:
    explicit permits(std::size_t n) noexcept : free_(n), total_(n) {}
    ~permits();

    std::size_t free() const noexcept { return free_; }
    // The same and those that are held.
    std::size_t total() const noexcept { return total_; }
    bool has_one() const noexcept { return free_ != 0 && nobody(); }
    void take_one() noexcept { --free_; }
    // Of those who wait, as many go on.
    void give(std::size_t n) noexcept {
        free_ += n;
        pass_on();
    }
    void add(std::size_t n) noexcept {
        total_ += n;
        give(n);
    }

    // Goes to the end of the line, of which it may be the only one.
    void queue_up(node& self) noexcept {
        if (free_ > woken()) {
            claim_later(self);
        } else {
            stand(self);
        }
    }
    // A waiter goes on, and takes what was reserved for it.
    void take_reserved() noexcept {
        go_on();
        --free_;
    }

    // Who has held one for the longest time.
    links const* first_holder() const noexcept { return held_.empty() ? nullptr : held_.next; }

private:
    friend class holding;
    friend class notice;

    void forget_all(list_head& list) noexcept;
    void pass_on() noexcept override {
        while (has_waiting() && free_ > woken()) wake_first();
    }

    list_head held_;     // all but those that were detached
    list_head observed_; // by those who wait for something else first
    std::size_t free_;
    std::size_t total_;
};

// What the permits know of, and is told when they die. Moved, it stays in the list that it is in, in place of the
// other.
class permit_link : private links {
public:
    permit_link() noexcept : links{nullptr, nullptr} {}
    permit_link(permit_link&& other) noexcept : permit_link() { take_place_of(other); }
    permit_link& operator=(permit_link&&) = delete;

    // Null: none, or they have died.
    permits* of() const noexcept { return of_; }

protected:
    ~permit_link() { leave_list(); }

    void join_list(list_head& list, permits* of) noexcept {
        of_ = of;
        link_before(list, *this);
    }
    void leave_list() noexcept {
        if (next == nullptr) return;
        unlink(*this);
        next = prev = nullptr;
    }
    // This one is in no list.
    void take_place_of(permit_link& other) noexcept {
        of_ = std::exchange(other.of_, nullptr);
        next = std::exchange(other.next, nullptr);
        prev = std::exchange(other.prev, nullptr);
        if (next == nullptr) return;
        next->prev = this;
        prev->next = this;
    }
    permits* leave() noexcept {
        leave_list();
        return std::exchange(of_, nullptr);
    }

private:
    friend class permits;
    friend class notice;

    permits* of_ = nullptr;
};

// One permit, or none.
class holding : public permit_link {
public:
    holding() noexcept = default;
    // Of those that the object has: one that was taken for this.
    explicit holding(permits& of) noexcept { join_list(of.held_, &of); }
    holding(holding&&) noexcept = default;
    holding& operator=(holding&& other) noexcept {
        if (this != &other) {
            let_go();
            take_place_of(other);
        }
        return *this;
    }
    ~holding() { let_go(); }

    // Gives it back, if it holds one: whose turn it is goes on.
    void let_go() noexcept;
    // It is nobody's now, and does not count.
    void forget() noexcept {
        if (auto* const of = leave()) --of->total_;
    }

private:
    friend class notice;
};

// Awaits one, and gives it as a Holder, which is made of a `holding`.
template <class Holder>
struct [[nodiscard]] acquiring {
    permits* of;
};

template <class Holder>
struct awaiter<acquiring<Holder>> {
    static constexpr bool exists = true;
    using result_type = Holder;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& of = *make().of;
        of.check_thread();
        if (of.has_one()) {
            of.claim(self);
            return step::returned;
        }
        Holder::check_wait(of, self);
        of.await_this(self);
        of.queue_up(self);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        if (!end_wait(self)) return false;
        auto& of = *static_cast<permits*>(self.object);
        of.take_reserved();
        sink(Holder(holding(of)));
        return true;
    }
};

// Whether a frame that the waiter runs for has such an object among its members: of the nearest of them.
bool is_member_around(node& waiter, void const* object) noexcept;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
