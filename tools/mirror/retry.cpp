#include "retry.hpp"

#include "fetch_error.hpp"

#include <algorithm>

namespace mirror {

bool worth_retrying(std::exception const& error, int number, int retries) {
    auto const failed = dynamic_cast<fetch_error const*>(&error);
    return failed != nullptr && failed->worth_retrying() && number <= retries;
}

std::chrono::milliseconds back_off(int number) {
    using namespace std::chrono_literals;
    return std::min<std::chrono::milliseconds>(100ms * (1 << std::min(number - 1, 10)), 30s);
}

} // namespace mirror
