// How deep the C++ stack is: its address, which costs nothing to keep.
#pragma once

#include <switchback/detail/config.hpp>

#if defined(_MSC_VER) && !defined(__clang__)
#    include <intrin.h>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

SB_DETAIL_INLINE std::uintptr_t stack_position() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    return reinterpret_cast<std::uintptr_t>(_AddressOfReturnAddress());
#elif defined(__clang__) || SB_DETAIL_ASAN // which may put locals elsewhere
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
#else
    char here; // costs less than a frame's address, which GCC keeps in a register
    return reinterpret_cast<std::uintptr_t>(&here);
#endif
}

// Awaits run their children on the C++ stack as long as it lies within so much of the runner's.
constexpr std::uintptr_t stack_for_awaits = 64 * 1024;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
