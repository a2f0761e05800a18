// Items that everybody gets who listens.
//
//     sb::broadcast<price> prices;                             // shared
//     std::optional<sb::broadcast<price>::subscription> mine{};// a member of the frame
//     …
//     mine.emplace(prices.subscribe(100));                     // what comes from now on
//     for (;;) {
//         SB_AWAIT_INTO(current, mine->next());                // a std::optional, empty at the end
//         if (!current) break;
//         …
//     }
//     …
//     prices.publish(price{…});                                // from any code on that thread; never waits
//
// Each subscription is a queue of its own. One that is full loses its oldest item for the newest, and counts what
// it has lost: who is slow neither holds up the others nor fills the memory. (An item is kept once, for all.)
#pragma once

#include <switchback/detail/getters.hpp>

#include <memory>
#include <new>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T>
class broadcast;

namespace detail {

// An item, counted by the subscriptions that get it next and by the item before it.
template <class T>
struct news {
    template <class V>
    explicit news(V&& value) : item(static_cast<V&&>(value)) {}

    T item;
    news* next = nullptr;
    news* next_doomed = nullptr;
    std::size_t references = 1;
};

// One subscription: it stays where it is while its handle is moved.
template <class T>
class listening final : public getters, private links {
public:
    using value_type = T;

    listening(broadcast<T>& to, std::size_t bound) noexcept : links{nullptr, nullptr}, to_(&to), bound_(bound) {}
    ~listening() {
        end_getters();
        leave();
        drop(at_);
    }

    std::size_t missed() const noexcept { return missed_; }

    T take_item() {
        struct guard { // last of all: the item may die
            listening& of;
            news<T>* taken;
            bool read = false;
            ~guard() {
                if (read && of.at_ == taken) of.drop(of.advance());
                of.drop(taken);
            }
        } out{*this, at_};
        bool const is_last = at_->references == 1;
        ++at_->references;
        T item(is_last ? T(std::move(at_->item)) : T(std::as_const(at_->item)));
        out.read = true;
        return item;
    }

private:
    friend class broadcast<T>;

    // The item that it leaves behind has one reference too many then.
    news<T>* advance() noexcept {
        auto* const left = std::exchange(at_, at_->next);
        if (at_ != nullptr) ++at_->references;
        item_went();
        return left;
    }
    void drop(news<T>* one) noexcept {
        while (one != nullptr && --one->references == 0) {
            if (to_ != nullptr && to_->last_ == one) to_->last_ = nullptr;
            delete std::exchange(one, one->next);
        }
    }
    void leave() noexcept {
        if (to_ == nullptr) return;
        unlink(*this);
    }

    broadcast<T>* to_; // null: it has gone
    news<T>* at_ = nullptr; // what is to be taken next; null: nothing has come
    std::size_t bound_;
    std::size_t missed_ = 0;
};

} // namespace detail

// Neither copied nor moved. Belongs to the thread that uses it first, with its subscriptions: on others their
// members throw wrong_thread. T can be copied: each takes its own, the last one the item itself.
template <class T>
class broadcast {
    static_assert(std::is_object_v<T> && std::is_copy_constructible_v<T>,
        "sb::broadcast<T>: each subscriber gets a copy; use std::shared_ptr<T const> for what cannot be copied");

public:
    static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

    // What one listener has not taken yet. May be moved, also while a task waits in it.
    class subscription {
    public:
        // To nothing: all but the assignment is misuse.
        subscription() noexcept = default;

        // Awaits the next item; when there will be none any more, fails with sb::queue_closed. One that is
        // cancelled has taken nothing. Several tasks may wait: each item goes to one of them, in their order.
        // Does not allocate.
        auto get() { return detail::getting<detail::listening<T>>{&checked()}; }
        // The same, as a std::optional that is empty at the end.
        auto next() { return detail::getting_next<detail::listening<T>>{&checked()}; }
        // At once, or not at all: nothing where nothing has come, or others wait for what there is.
        std::optional<T> try_get() {
            auto& from = checked();
            from.check_thread();
            if (!from.has_one()) return std::nullopt;
            return from.take_item();
        }

        // How many items wait to be taken, and how many were lost because there was no room.
        std::size_t size() const { return checked().items(); }
        std::size_t missed() const { return checked().missed(); }
        // Nothing more comes.
        bool is_closed() const { return checked().is_closed(); }

    private:
        friend class broadcast;

        detail::listening<T>& checked() const {
            if (state_ == nullptr) detail::raise<misuse>("this subscription is to nothing: it was moved");
            return *state_;
        }

        std::unique_ptr<detail::listening<T>> state_; // who waits in it fails with sb::destroyed when it goes
    };

    broadcast() = default;
    broadcast(broadcast const&) = delete;
    broadcast& operator=(broadcast const&) = delete;
    // As close().
    ~broadcast() { end(); }

    // Gets all that is published from now on; of what it has not taken, the newest so many. Of a broadcast that is
    // closed it gets nothing. Allocates. Throws misuse where there is no room for any.
    subscription subscribe(std::size_t bound = unbounded) {
        thread_.ensure();
        if (bound == 0) detail::raise<misuse>("a subscription without room for one item");
        subscription made;
        made.state_ = std::make_unique<detail::listening<T>>(*this, bound);
        if (closed_) {
            made.state_->to_ = nullptr;
            made.state_->close_getters();
        } else {
            subscribers_.push_back(*made.state_);
        }
        return made;
    }

    // To all who listen, in the order of their subscriptions; those who wait go on through the ready queue. False:
    // it is closed. Allocates once where somebody listens, and takes constant time for each.
    template <class V = T>
    bool publish(V&& item) {
        static_assert(std::is_convertible_v<V&&, T>,
            "publish(item): the item is not of the type that the broadcast names");
        thread_.ensure();
        if (closed_ || subscribers_.empty()) return !closed_;
        auto* const fresh = new detail::news<T>(static_cast<V&&>(item));
        if (!closed_) add(*fresh);
        drop(fresh);
        return !closed_;
    }

    // Nothing more comes: who listens gets what has come, and then the end.
    void close() {
        thread_.ensure();
        end();
    }
    bool is_closed() const noexcept { return closed_; }
    bool has_subscribers() const noexcept { return !subscribers_.empty(); }

private:
    friend class detail::listening<T>;

    using news = detail::news<T>;

    void add(news& fresh) noexcept {
        if (last_ != nullptr) {
            last_->next = &fresh;
            ++fresh.references;
        }
        last_ = &fresh;
        news* doomed = nullptr; // no item dies before all have heard of this one
        for (auto* at = subscribers_.next; at != &subscribers_; at = at->next) {
            auto& one = static_cast<detail::listening<T>&>(*at);
            if (one.at_ == nullptr) {
                one.at_ = &fresh;
                ++fresh.references;
            }
            one.item_came();
            if (one.items() > one.bound_) {
                ++one.missed_;
                auto* const left = one.advance();
                if (--left->references == 0) left->next_doomed = std::exchange(doomed, left);
            }
        }
        while (doomed != nullptr) {
            auto* const one = std::exchange(doomed, doomed->next_doomed);
            ++one->references;
            drop(one);
        }
    }
    void drop(news* one) noexcept {
        while (one != nullptr && --one->references == 0) {
            if (last_ == one) last_ = nullptr;
            delete std::exchange(one, one->next);
        }
    }
    void end() noexcept {
        closed_ = true;
        last_ = nullptr;
        while (!subscribers_.empty()) {
            auto& one = static_cast<detail::listening<T>&>(subscribers_.pop_front());
            one.to_ = nullptr;
            one.close_getters();
        }
    }

    detail::list_head subscribers_;
    news* last_ = nullptr; // that somebody has not taken
    bool closed_ = false;
    detail::own_thread thread_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
