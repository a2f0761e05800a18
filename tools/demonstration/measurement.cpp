#include "measurement.hpp"

#include <algorithm>

namespace demonstration {
namespace {

// The upper one of an even number: a value that was measured, not one in between.
template <typename Value> auto median(std::vector<run> const& runs, Value value) {
    std::vector<decltype(value(runs.front()))> values;
    for (auto const& each : runs) values.push_back(value(each));
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

double measured_mode::seconds() const {
    return median(runs, [](run const& each) { return each.seconds; });
}

long measured_mode::peak_threads() const {
    return median(runs, [](run const& each) { return each.peak_threads; });
}

double measured_mode::peak_megabytes() const {
    return median(runs, [](run const& each) { return each.peak_megabytes; });
}

long measured_mode::fetched() const {
    return median(runs, [](run const& each) { return each.requests.fetched; });
}

long measured_mode::failed() const {
    return median(runs, [](run const& each) { return each.requests.failed; });
}

long measured_mode::retried() const {
    return median(runs, [](run const& each) { return each.requests.retried; });
}

run const& measured_mode::typical() const {
    auto wanted = seconds();
    return *std::find_if(
        runs.begin(), runs.end(), [&](run const& each) { return each.seconds == wanted; });
}

} // namespace demonstration
