// So many at a time.
//
//     sb::semaphore connections{4};                            // shared by the tasks
//     std::optional<sb::semaphore::permit> one{};              // a member of the frame
//     …
//     SB_ASYNC_WITH(one, connections.acquire()) {
//         SB_AWAIT(fetch{url});                                // at most four of these at once
//     } SB_END_WITH
//
// Or as a count of what there is, put in by release() in one place and taken out in another: with
// permit::detach(). (Python: asyncio.Semaphore; BoundedSemaphore with a second number.)
#pragma once

#include <switchback/detail/permits.hpp>

#include <optional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// More permits were released than a semaphore may have (Python: ValueError).
struct too_many_permits : misuse {
    too_many_permits() : misuse("this semaphore would have more permits than it may") {}
};

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
// Who waits gets a permit in the order of coming: nobody overtakes, neither one that comes while a permit is on
// its way to the next, nor by try_acquire(). No operation allocates; each takes constant time for each task that
// it wakes.
class semaphore {
public:
    // One permit, or none. May be moved; it is given back when it dies, or by release(). One that outlives the
    // semaphore holds none from then on. Dropped on another thread it ends the program.
    class permit : private detail::holding {
    public:
        permit() noexcept = default;
        permit(permit&&) noexcept = default;
        permit& operator=(permit&&) noexcept = default;
        ~permit() = default;

        bool owns_permit() const noexcept { return this->of() != nullptr; }
        explicit operator bool() const noexcept { return owns_permit(); }
        // Gives it back: whose turn it is goes on, through the ready queue. Nothing, where it holds none.
        void release() {
            if (!owns_permit()) return;
            this->of()->check_thread();
            this->let_go();
        }
        // It is not given back, unless by semaphore::release().
        void detach() noexcept { this->forget(); }

    private:
        friend class semaphore;
        friend struct detail::awaiter<detail::acquiring<permit>>;
        explicit permit(detail::holding&& held) noexcept : detail::holding(std::move(held)) {}

        static void check_wait(detail::permits&, detail::node&) noexcept {}
    };

    static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

    // With so many permits. There may be no more than a number of them, free and held by a `permit`.
    explicit semaphore(std::size_t permits, std::size_t most = unbounded) : permits_(permits), most_(most) {
        if (permits > most) detail::raise<too_many_permits>();
    }
    semaphore(semaphore const&) = delete;
    semaphore& operator=(semaphore const&) = delete;
    // Those who wait fail with sb::destroyed; a permit that there is holds nothing any more.
    ~semaphore() = default;

    // Awaits a permit. A task that is cancelled meanwhile has taken none.
    auto acquire() noexcept { return detail::acquiring<permit>{&permits_}; }
    // At once, or not at all: where one is free, and nobody waits for it.
    std::optional<permit> try_acquire() {
        permits_.check_thread();
        if (!permits_.has_one()) return std::nullopt;
        permits_.take_one();
        return permit(detail::holding(permits_));
    }
    // So many more. Throws too_many_permits.
    void release(std::size_t n = 1) {
        permits_.check_thread();
        if (n > most_ - permits_.total()) detail::raise<too_many_permits>();
        permits_.add(n);
    }
    // Those that nobody has, nor will have next.
    std::size_t available() const noexcept { return permits_.free() - permits_.woken(); }

private:
    detail::permits permits_;
    std::size_t most_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
