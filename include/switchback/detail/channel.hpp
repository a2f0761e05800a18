// What sb::queue and sb::priority_queue share: all but the order of the items.
//
// Two lines of waiters: those who want an item, and those who have one and want room for it. The item of one who
// waits is a member of its frame, and enters as that goes on; the room is reserved until then. Where there is no
// capacity at all, those who wait for an item are the room.
#pragma once

#include <switchback/detail/cells.hpp>
#include <switchback/detail/getters.hpp>

#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// task_done() was called more often than items were put (Python: ValueError).
struct too_many_done : misuse {
    too_many_done() : misuse("task_done() was called for more items than were put") {}
};

namespace detail {

template <class Channel>
struct [[nodiscard]] putting;
template <class Channel>
struct room_in;

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
// Tasks of all schedulers of that thread may use it. Items are given to those who wait in the order in which they
// came, and room likewise: nobody overtakes, neither one that comes while an item is on its way to the next, nor by
// try_get() or try_put(). A get that is cancelled has taken nothing, a cancelled put has put nothing. What an item
// throws when it is moved is thrown at that call or await; a get that fails so leaves it where it was, unless it
// was moved out already and the target's own code threw.
//
// An item's code, and that of a target, may use the queue. Allocates where it is longer than ever before, and for a
// put that has to wait; each operation takes constant time (in a priority queue, logarithmic time).
template <class Store>
class channel : private getters {
public:
    using value_type = typename Store::value_type;
    static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

    // ---- Putting

    // Awaits room for the item, and puts it in. Fails with sb::queue_closed. Python: put.
    template <class V = value_type>
    auto put(V&& item) {
        check_item<V>();
        if constexpr (std::is_convertible_v<V&&, value_type>) {
            return putting<channel>{this, value_type(static_cast<V&&>(item))};
        } else {
            return passing{nullptr}; // so that the sentence stays the only error
        }
    }
    // At once, or not at all: false where it is full, others wait for room, or it is closed; the item is left alone
    // then. Python: put_nowait.
    template <class V = value_type>
    bool try_put(V&& item) {
        check_item<V>();
        check_thread();
        if (!can_put_at_once()) return false;
        if constexpr (std::is_convertible_v<V&&, value_type>) enter(static_cast<V&&>(item));
        return true;
    }

    // ---- Getting

    // Awaits an item. When there will be none any more, fails with sb::queue_closed. Python: get.
    getting<channel> get() noexcept { return {this}; }
    // The same, as a std::optional that is empty at the end:
    //
    //     for (;;) {
    //         SB_AWAIT_INTO(job, jobs.next());
    //         if (!job) break;
    //         …
    getting_next<channel> next() noexcept { return {this}; }
    // At once, or not at all: nothing where it is empty, or others wait for what there is. Python: get_nowait.
    std::optional<value_type> try_get() {
        check_thread();
        if (!has_one()) return std::nullopt;
        return take_item();
    }

    // ---- What there is

    std::size_t size() const noexcept { return items(); }
    bool empty() const noexcept { return items() == 0; }
    bool full() const noexcept { return room() == 0; }
    std::size_t capacity() const noexcept { return capacity_; }

    // ---- The end

    // Nothing more is put: who waits to do so, or tries, fails at once. Who gets goes on until nothing is left.
    // (Python: shutdown.)
    void close() {
        check_thread();
        limit_ = 0;
        putters_.close();
        close_getters();
    }
    using getters::is_closed;

    // One of the items that were put has been dealt with. Throws too_many_done.
    void task_done() {
        check_thread();
        if (all_done_.is_open()) raise<too_many_done>();
        all_done_.one_less();
    }
    // Awaits that task_done() was called for all that were put.
    passing join() {
        check_thread();
        return {&all_done_};
    }

protected:
    channel(std::size_t capacity, Store store)
        : getters(capacity == 0), capacity_(capacity), limit_(capacity), store_(std::move(store)), putters_(*this) {}
    // Those who wait fail with sb::destroyed. The items die.
    ~channel() {
        limit_ = 0;
        putters_.end();
        end_getters();
        all_done_.end();
        while (!store_.empty()) {
            auto* const left = store_.take_any();
            item_went();
            cells_.destroy(left);
        }
    }

private:
    friend struct putting<channel>;
    friend struct awaiter<putting<channel>>;
    friend struct awaiter<room_in<channel>>;
    friend struct awaiter<getting<channel>>;
    friend struct awaiter<getting_next<channel>>;
    template <class Source>
    friend auto take_reserved_item(Source& of);
    template <class Channel>
    friend struct putting_in;

    class putters final : public wait_line {
    public:
        explicit putters(channel& to) noexcept : to_(to) {}
        bool is_closed() const noexcept { return closed_; }
        void close() noexcept {
            closed_ = true;
            serve();
        }
        void end() noexcept {
            closed_ = true;
            wait_line::end();
        }
        void serve() noexcept {
            if (SB_DETAIL_UNLIKELY(woken() != present())) pass_on();
        }

    private:
        SB_DETAIL_COLD void pass_on() noexcept override {
            while (has_waiting() && (closed_ || to_.room() > woken())) wake_first();
        }

        channel& to_;
        bool closed_ = false;
    };

    template <class V>
    static constexpr void check_item() {
        static_assert(std::is_convertible_v<V&&, value_type>,
            "put(item): the item is not of the type that the queue names, or is one to be moved: put(std::move(x))");
    }
    std::size_t room() const noexcept {
        auto const most = capacity_ != 0 ? capacity_ : present();
        return most > items() ? most - items() : 0;
    }
    bool can_put_at_once() const noexcept {
        return putters_.nobody() && (items() < limit_ || (limit_ == 0 && has_other_room()));
    }
    SB_DETAIL_COLD bool has_other_room() const noexcept { return room() != 0 && !putters_.is_closed(); }

    template <class V>
    void enter(V&& item) {
        auto* fresh = cells_.make(static_cast<V&&>(item));
        if constexpr (noexcept(store_.add(fresh))) {
            store_.add(fresh);
        } else {
            struct guard {
                channel& in;
                cell<value_type>* held;
                ~guard() {
                    if (held != nullptr) in.cells_.destroy(held);
                }
            } unlisted{*this, fresh};
            store_.add(fresh);
            unlisted.held = nullptr;
        }
        all_done_.one_more();
        item_came();
    }
    SB_DETAIL_INLINE value_type take_item() {
        struct guard { // last of all: what was an item is destroyed
            channel& of;
            cell<value_type>* taken;
            bool moved = false;
            ~guard() {
                if (moved) {
                    of.putters_.serve();
                    of.cells_.destroy(taken);
                } else {
                    of.store_.put_back(taken);
                    of.item_came();
                }
            }
        } out{*this, store_.take()};
        item_went();
        value_type item(std::move(out.taken->item));
        out.moved = true;
        return item;
    }
    // Of the room that was reserved for one who waited.
    template <class V>
    void enter_reserved(V&& item) {
        struct guard {
            channel& of;
            ~guard() { of.putters_.serve(); } // whether or not it has used it
        } const at_the_end{*this};
        enter(static_cast<V&&>(item));
    }
    using getters::begin_get;
    void room_came() noexcept override { putters_.serve(); }

    std::size_t capacity_;
    std::size_t limit_; // the same; 0 where it is not as simple as that
    cell_pool<value_type> cells_;
    Store store_;
    putters putters_;
    gate all_done_{true};
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
