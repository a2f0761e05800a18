// Who has it does something in peace, across awaits.
//
//     sb::mutex saving;                                        // shared by the tasks
//     std::optional<sb::mutex::guard> lock{};                  // a member of the frame
//     …
//     SB_ASYNC_WITH(lock, saving.lock()) {
//         SB_AWAIT(write{document});                           // no other task is in here meanwhile
//     } SB_END_WITH
//
// Between two awaits a body is alone anyway: a mutex is for what has awaits in it. (Python: asyncio.Lock.)
#pragma once

#include <switchback/detail/permits.hpp>

#include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
// Who waits gets it in the order of coming: nobody overtakes, neither one that comes while it is on its way to the
// next, nor by try_lock(). No operation allocates; each takes constant time.
class mutex {
public:
    // The lock, or none. May be moved; it is given back when it dies, or by unlock(). One that outlives the mutex
    // holds none from then on. It belongs to the mutex's thread: dropped on another one it ends the program.
    class guard : private detail::holding {
    public:
        guard() noexcept = default;
        guard(guard&&) noexcept = default;
        guard& operator=(guard&&) noexcept = default;
        ~guard() = default;

        bool owns_lock() const noexcept { return this->of() != nullptr; }
        explicit operator bool() const noexcept { return owns_lock(); }
        // The next one goes on, through the ready queue. Throws not_locked.
        void unlock() {
            if (!owns_lock()) detail::raise<not_locked>();
            this->of()->check_thread();
            this->let_go();
        }

    private:
        friend class mutex;
        friend class condition;
        friend struct detail::awaiter<detail::acquiring<guard>>;
        explicit guard(detail::holding&& held) noexcept : detail::holding(std::move(held)) {}

        // A frame that this task runs for has the lock itself, among its members.
        static void check_wait(detail::permits& of, detail::node& waiter) {
            auto const* const holder = of.first_holder();
            if (holder != nullptr && detail::is_member_around(waiter, holder)) detail::raise<already_locked>();
        }
    };

    mutex() noexcept = default;
    mutex(mutex const&) = delete;
    mutex& operator=(mutex const&) = delete;
    // Those who wait fail with sb::destroyed; a guard that there is holds nothing any more.
    ~mutex() = default;

    // Awaits the lock, and gives its guard. A task that is cancelled meanwhile has not locked it. Throws
    // already_locked where the guard is a member of this frame, or of one that awaits it (of the nearest 64).
    auto lock() noexcept { return detail::acquiring<guard>{&permits_}; }
    // At once, or not at all: where nobody has it, nor waits for it.
    std::optional<guard> try_lock() {
        permits_.check_thread();
        if (!permits_.has_one()) return std::nullopt;
        permits_.take_one();
        return guard(detail::holding(permits_));
    }
    // Whether somebody has it, or will have it next.
    bool is_locked() const noexcept { return !permits_.has_one(); }

private:
    detail::permits permits_{1};
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
