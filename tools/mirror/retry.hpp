// When to try again after a failed attempt, and how long to wait before.
#pragma once

#include <chrono>
#include <exception>

namespace mirror {

// `number` is that of the attempt that failed, from 1; `retries` is how many may follow the first.
bool worth_retrying(std::exception const& error, int number, int retries);

// 100 ms after the first attempt, then doubling up to half a minute.
std::chrono::milliseconds back_off(int number);

} // namespace mirror
