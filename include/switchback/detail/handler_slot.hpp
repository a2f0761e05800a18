// A pointer to a function that one thread installs and others call: without <atomic>, which would cost
// a generator's user more to compile than all the rest.
#pragma once

#include <switchback/detail/config.hpp>

#if !SB_DETAIL_HAS_ATOMIC_BUILTINS
#    include <atomic>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Handler>
class handler_slot {
public:
#if !SB_DETAIL_HOSTED // one thread
    Handler load() const noexcept { return held_; }
    Handler exchange(Handler fresh) noexcept {
        auto const before = held_;
        held_ = fresh;
        return before;
    }

private:
    Handler held_ = nullptr;
#elif SB_DETAIL_HAS_ATOMIC_BUILTINS
    Handler load() const noexcept { return __atomic_load_n(&held_, __ATOMIC_ACQUIRE); }
    Handler exchange(Handler fresh) noexcept {
        return __atomic_exchange_n(&held_, fresh, __ATOMIC_ACQ_REL);
    }

private:
    Handler held_ = nullptr;
#else
    Handler load() const noexcept { return held_.load(); }
    Handler exchange(Handler fresh) noexcept { return held_.exchange(fresh); }

private:
    std::atomic<Handler> held_{nullptr};
#endif
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
