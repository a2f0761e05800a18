// What the tasks of all programs have in common.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace bench {

using number = std::uint64_t;

// So many awaits stand in one another, and so many tasks are started at once.
constexpr int batch = 1000;

struct failure {};

// A job for a worker thread: hardly any work, so that what is measured is the way there and back.
inline number job(number value) { return value + 1; }
constexpr unsigned workers = 4; // threads, in every program

inline std::vector<number> numbers_of_batch() {
    std::vector<number> numbers(batch);
    std::iota(numbers.begin(), numbers.end(), number(0));
    return numbers;
}

// Sleepers wake spread over half a second, when all have long fallen asleep.
constexpr auto longest_nap = std::chrono::milliseconds(4000);
constexpr std::chrono::nanoseconds nap_of(number i) {
    return longest_nap - std::chrono::microseconds(500) * (i % 1000);
}

} // namespace bench
