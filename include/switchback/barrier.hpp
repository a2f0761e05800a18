// So many tasks wait for one another.
//
//     sb::barrier all_there{4};                                // shared by four tasks
//     std::size_t place = 0;
//     …
//     SB_AWAIT_INTO(place, all_there.wait());                  // until the fourth comes
//     if (place == 0) …                                        // one of them does this for all
//
// Then it is as new, for the next four, or for the same. (Python: asyncio.Barrier.)
#pragma once

#include <switchback/detail/wait_list.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Those who wait together: counted by them, and by the barrier until their number is full.
class barrier_round final : public wait_list {
public:
    enum class state : unsigned char { gathering, full, broken, barrier_gone };

    std::size_t present() const noexcept { return present_; }
    void come(node& newcomer) noexcept {
        ++present_;
        ++references_;
        await_this(newcomer);
    }
    // It ends, and the barrier has done with it: all go on.
    void end(state how) noexcept {
        state_ = how;
        wake_all(*this);
        drop();
    }
    void abandon(node& waiter) noexcept override {
        --present_;
        wait_list::abandon(waiter);
        drop();
    }
    // A waiter goes on. False: with an error in flight.
    static bool go_on(node& self, std::size_t& place) noexcept;

private:
    void drop() noexcept {
        if (--references_ == 0) delete this;
    }

    std::size_t references_ = 1;
    std::size_t present_ = 0;
    std::size_t gone_on_ = 0;
    state state_ = state::gathering;
};

struct gathering;

} // namespace detail

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
class barrier {
public:
    // Throws misuse where nobody would ever come.
    explicit barrier(std::size_t parties) : parties_(parties) {
        if (parties == 0) detail::raise<misuse>("a barrier for nobody");
    }
    barrier(barrier const&) = delete;
    barrier& operator=(barrier const&) = delete;
    // Those who wait fail with sb::destroyed.
    ~barrier() { end_round(detail::barrier_round::state::barrier_gone); }

    // Awaits that all have come, and gives each another number, from 0 on: in the order in which they go on, the
    // one that came last first, and without waiting. Who is cancelled before that has not come, and the others
    // wait for another one. Fails with sb::broken_barrier. The first of each round allocates; the last takes
    // constant time for each of the others.
    detail::gathering wait() noexcept;

    // All who wait fail with broken_barrier, and so do those who come, until reset().
    void abort() {
        thread_.ensure();
        is_broken_ = true;
        end_round(detail::barrier_round::state::broken);
    }
    // It is as new. Those who wait fail with broken_barrier.
    void reset() {
        thread_.ensure();
        is_broken_ = false;
        end_round(detail::barrier_round::state::broken);
    }
    bool is_broken() const noexcept { return is_broken_; }
    std::size_t parties() const noexcept { return parties_; }
    std::size_t waiting() const noexcept { return round_ == nullptr ? 0 : round_->present(); }

private:
    friend struct detail::awaiter<detail::gathering>;

    step come(detail::node& self);
    void end_round(detail::barrier_round::state how) noexcept {
        if (auto* const round = std::exchange(round_, nullptr)) round->end(how);
    }

    std::size_t parties_;
    detail::barrier_round* round_ = nullptr; // with somebody in it, or none
    bool is_broken_ = false;
    detail::own_thread thread_;
};

namespace detail {

struct [[nodiscard]] gathering {
    barrier* at;
};

template <>
struct awaiter<gathering> {
    static constexpr bool exists = true;
    using result_type = std::size_t;

    template <class Make>
    static step start(node& self, Make& make) {
        return make().at->come(self);
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        std::size_t place = 0;
        if (!barrier_round::go_on(self, place)) return false;
        sink(std::size_t(place));
        return true;
    }
};

} // namespace detail

inline detail::gathering barrier::wait() noexcept { return {this}; }

} // namespace SB_DETAIL_ABI
} // namespace switchback
