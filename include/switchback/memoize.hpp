// A result that many ask for is worked out once.
//
//     auto avatars = sb::memoize<user_id>([](user_id const& who) { return fetch_avatar{who}; });
//     …
//     SB_AWAIT_INTO(picture, avatars(user));      // in any number of tasks
//
// Those that ask for the same key while it is being worked out wait for the same task. When one of them is
// cancelled the others wait on; when the last has gone, the task is cancelled. The result is kept for those
// who ask later, as long as the policy says; the same error goes to all who wait, and is not kept.
//
//     sb::memo_policy policy;
//     policy.entries = 100;          // then that goes which was asked for least recently
//     policy.time_to_live = 10min;   // from the moment when it has come
//
// The function makes what is awaited, of a key. Keys are compared, and hashed by std::hash; results are
// copied to each who asks: a std::shared_ptr is a good one. The handle is copied; copies share the results,
// which belong to the tasks of one scheduler, and go with the last copy and the last who asks.
#pragma once

#include <switchback/sleep.hpp>
#include <switchback/start.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <type_traits>
#include <unordered_map>

namespace switchback {
inline namespace SB_DETAIL_ABI {

struct memo_policy {
    // Results that are kept, at the most. With 0 none are: only those who ask together share one.
    std::size_t entries = (std::numeric_limits<std::size_t>::max)();
    // A result that is older is worked out anew.
    std::chrono::nanoseconds time_to_live = (std::chrono::nanoseconds::max)();
};

namespace detail {

// One key's result: being worked out while somebody asks for it, or kept.
template <class R>
struct memo_entry {
    future<R> task{};
    std::size_t asking = 0;
    bool is_kept = false;
    time_point kept_since{};
};

template <class Key, class Function>
class memo : public std::enable_shared_from_this<memo<Key, Function>> {
public:
    using result_type = result_of<std::invoke_result_t<Function&, Key const&>>;
    using entry = memo_entry<result_type>;
    using shared_entry = std::shared_ptr<entry>;

    template <class F>
    memo(F&& function, memo_policy const& policy)
        : function_(static_cast<F&&>(function)), policy_(policy) {}

    auto make(Key const& key) { return function_(key); }

    // The key's entry, if it is worth anything: what is too old goes.
    shared_entry find(Key const& key, time_point now) {
        auto const found = entries_.find(key);
        if (found == entries_.end()) return nullptr;
        auto const at = found->second;
        if (at->second->is_kept && now - at->second->kept_since >= policy_.time_to_live) {
            remove(found);
            return nullptr;
        }
        order_.splice(order_.end(), order_, at); // asked for just now
        return at->second;
    }
    void add(Key const& key, shared_entry const& fresh) {
        order_.emplace_back(key, fresh);
        SB_DETAIL_TRY { entries_.emplace(key, std::prev(order_.end())); }
        SB_DETAIL_CATCH_ALL {
            order_.pop_back();
#if SB_DETAIL_EXCEPTIONS
            throw;
#endif
        }
    }
    // The result has come. It is kept, unless the key was forgotten meanwhile.
    void keep(Key const& key, entry& what, time_point now) {
        auto const found = entries_.find(key);
        if (found == entries_.end() || found->second->second.get() != &what) return;
        what.is_kept = true;
        what.kept_since = now;
        ++kept_;
        for (auto at = order_.begin(); kept_ > policy_.entries && at != order_.end();) {
            auto const oldest = at++;
            if (oldest->second->is_kept) remove(entries_.find(oldest->first));
        }
    }
    // Unless another has taken its place.
    void forget(Key const& key, entry const* what = nullptr) noexcept {
        auto const found = entries_.find(key);
        if (found == entries_.end() || (what != nullptr && found->second->second.get() != what)) return;
        remove(found);
    }
    void clear() noexcept {
        std::unordered_map<Key, position> places; // these die last: what they hold is the user's
        std::list<item> gone;
        places.swap(entries_);
        gone.swap(order_);
        kept_ = 0;
    }

    std::size_t size() const noexcept { return kept_; }

private:
    using item = std::pair<Key const, shared_entry>;
    using position = typename std::list<item>::iterator;

    void remove(typename std::unordered_map<Key, position>::iterator at) noexcept {
        std::list<item> gone;
        gone.splice(gone.end(), order_, at->second);
        if (gone.front().second->is_kept) --kept_;
        auto const place = entries_.extract(at);
    }

    Function function_;
    memo_policy policy_;
    std::unordered_map<Key, position> entries_;
    std::list<item> order_; // those that are kept in the order in which they were asked for
    std::size_t kept_ = 0;
};

// Somebody asks for an entry: a frame's member. When the last has gone whose task has not ended, it goes.
template <class Memo, class Key>
class asking {
public:
    using entry = typename Memo::entry;

    asking(std::shared_ptr<Memo> memo, Key key) : memo_(std::move(memo)), key_(std::move(key)) {}
    asking(asking&& other) noexcept = default; // before there is an entry
    asking& operator=(asking&&) = delete;
    ~asking() {
        if (entry_ == nullptr || --entry_->asking != 0 || entry_->is_kept) return;
        memo_->forget(key_, entry_.get());
        entry_->task.reset();
    }

    // The future of who works it out; starts that, if nobody does.
    template <class R>
    auto ask(returns<R>& co);

private:
    std::shared_ptr<Memo> memo_;
    Key key_;
    std::shared_ptr<entry> entry_{};
};

// Works a result out, for all who ask. It does not keep those alive that hold the results.
template <class Memo, class Key, class R>
struct working_out {
    std::shared_ptr<Memo> memo;
    std::shared_ptr<typename Memo::entry> into;
    Key key;
    std::optional<R> result{};

    step operator()(returns<R>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(result, memo->make(key));
        memo->keep(key, *into, co.now());
        SB_RETURN(std::move(*result));
        SB_END();
    }
};

template <class Memo, class Key>
template <class R>
auto asking<Memo, Key>::ask(returns<R>& co) {
    auto found = memo_->find(key_, co.now());
    if (found != nullptr && found->task.ready() && !found->is_kept) { // it has failed
        memo_->forget(key_, found.get());
        found = nullptr;
    }
    bool const is_first = found == nullptr;
    entry_ = is_first ? std::make_shared<entry>() : std::move(found);
    ++entry_->asking;
    if (is_first) {
        memo_->add(key_, entry_);
        entry_->task = future_access::make(
            start_within(access::body(co), working_out<Memo, Key, R>{memo_, entry_, key_}));
    }
    return entry_->task;
}

template <class Memo, class Key>
struct [[nodiscard]] memo_call {
    using result = typename Memo::result_type;
    asking<Memo, Key> by;
    std::optional<result> got{};

    step operator()(returns<result>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, by.ask(co));
        SB_RETURN(std::move(*got));
        SB_END();
    }
};

} // namespace detail

template <class Key, class Function>
class memoized {
    using memo = detail::memo<Key, Function>;

public:
    using result_type = typename memo::result_type;
    static_assert(!std::is_void_v<result_type>, "sb::memoize: what the function makes has no result to keep");
    static_assert(detail::is_copyable<result_type>::value,
        "sb::memoize: the result is copied to each who asks; a std::shared_ptr can be");

    // To be awaited: gives the result. It need not wait where that is kept. A function that asks for the key
    // which it works out would wait for itself: misuse. Two nodes for the first who asks, one for each other.
    auto operator()(Key key) const { return detail::memo_call<memo, Key>{{memo_, std::move(key)}}; }

    // The next who asks has it worked out anew. Those who wait already are not disturbed.
    void forget(Key const& key) const { memo_->forget(key); }
    void clear() const { memo_->clear(); }

    // Results that are kept.
    std::size_t size() const noexcept { return memo_->size(); }

private:
    template <class K, class F>
    friend memoized<K, std::decay_t<F>> memoize(F&& function, memo_policy const& policy);
    template <class F>
    memoized(F&& function, memo_policy const& policy)
        : memo_(std::make_shared<memo>(static_cast<F&&>(function), policy)) {}

    std::shared_ptr<memo> memo_;
};

// A function whose results are shared and kept: see above. The function is called on the scheduler's thread,
// with a Key const&, and makes a frame, a job, or what else can be awaited. Python: functools.cache, for tasks.
template <class Key, class Function>
memoized<Key, std::decay_t<Function>> memoize(Function&& function, memo_policy const& policy = {}) {
    static_assert(std::is_invocable_v<std::decay_t<Function>&, Key const&>,
        "sb::memoize<Key>(function): the function is called with a Key, and makes what is awaited");
    return {static_cast<Function&&>(function), policy};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
