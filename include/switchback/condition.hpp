// A state, guarded by a mutex, that tasks wait for a change of.
//
//     sb::mutex mutex;                                         // shared by the tasks
//     sb::condition changed;
//     std::optional<sb::mutex::guard> lock{};                  // a member of the frame
//     …
//     SB_ASYNC_WITH(lock, mutex.lock()) {
//         SB_AWAIT(changed.wait(*lock, [this] { return stock->count > 0; }));
//         --stock->count;
//     } SB_END_WITH
//
// Between two awaits a body is alone anyway, so that most programs have no use for one: it is for states that are
// changed across awaits. (Python: asyncio.Condition.)
#pragma once

#include <switchback/body.hpp>
#include <switchback/detail/notice.hpp>
#include <switchback/mutex.hpp>

#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

class condition;

namespace detail {

// What the form with a predicate gives.
template <class Predicate>
struct [[nodiscard]] waiting_until {
    condition* in;
    mutex::guard* lock;
    Predicate holds;

    step operator()(returns<void>& co);
};

} // namespace detail

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
// Waiters are notified in the order in which they came. A wait takes its frame's node, from the thread's free
// lists.
class condition {
public:
    condition() = default;
    condition(condition const&) = delete;
    condition& operator=(condition const&) = delete;
    // Those who wait fail with sb::destroyed, when they have the lock again.
    ~condition() = default;

    // Gives up the lock until it has been notified, and has got the lock again, in its turn; also where it is
    // cancelled meanwhile, so that clean-up finds things as the block has left them: only then does it see the
    // cancellation. A release cannot wait: it leaves the guard without the lock, owns_lock() says so, and unlocks
    // nothing twice. Who is cancelled before it goes on passes the notification on. The guard may be moved
    // meanwhile, and the lock comes to where it is then. Throws not_locked.
    auto wait(mutex::guard& lock) noexcept { return detail::waiting_for_notice{&waiters_, &lock}; }
    // The same until a predicate says true, which it is asked under the lock: before the first wait too.
    template <class Predicate>
    auto wait(mutex::guard& lock, Predicate&& predicate) {
        static_assert(std::is_invocable_r_v<bool, std::decay_t<Predicate>&>,
            "condition::wait(guard, predicate): the predicate is called without arguments, and says true or false");
        return detail::waiting_until<std::decay_t<Predicate>>{this, &lock, static_cast<Predicate&&>(predicate)};
    }

    // So many of those who wait now are to go on, those first who came first; whoever calls need not have the lock.
    void notify_one() { notify(1); }
    void notify(std::size_t n) {
        waiters_.check_thread();
        waiters_.notify(n);
    }
    void notify_all() { notify(waiters_.waiting()); }
    // How many wait to be notified.
    std::size_t waiting() const noexcept { return waiters_.waiting(); }

private:
    detail::notice_list waiters_;
};

namespace detail {

inline step waiting_for_notice::operator()(returns<void>& co) {
    SB_BEGIN(co);
    SB_AWAIT((notified{&by, in, lock}));
    SB_END();
}

template <class Predicate>
step waiting_until<Predicate>::operator()(returns<void>& co) {
    SB_BEGIN(co);
    while (!static_cast<bool>(holds())) SB_AWAIT(in->wait(*lock));
    SB_END();
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
