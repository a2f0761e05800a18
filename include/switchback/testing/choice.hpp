// What a test leaves open, and somebody decides: of so many ways, one.
//
//     options.choose = sb::testing::seeded(7);                                           // by chance, repeatably
//     options.choose = [&on](std::size_t ways) { return on.one_of(ways); };              // each way, on a stage
#pragma once

#include <switchback/detail/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

// Is given a number above 0, and returns a smaller one; 0 is the plain way. Empty: always the plain one.
using choice = std::function<std::size_t(std::size_t ways)>;

// By chance: the same for the same seed, on every machine.
inline choice seeded(std::uint64_t seed) {
    return [numbers = std::mt19937_64(seed)](std::size_t ways) mutable {
        return static_cast<std::size_t>(numbers() % ways);
    };
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
