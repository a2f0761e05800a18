#include "bounds.hpp"

#include <algorithm>
#include <limits>

namespace demonstration {
namespace {

double seconds_to_fetch(resource const& each) {
    auto once = std::chrono::duration<double>{each.delay}.count();
    return each.fails_first ? 2 * once : once;
}

} // namespace

bounds lower_bounds(site const& site, int connections) {
    bounds found;
    for (auto const& each : site.resources) found.shared_work += seconds_to_fetch(each);
    found.shared_work /= connections;

    // A resource that several pages link to is discovered by whichever arrives first. Each round
    // follows links one step further: as many as lead to a page, and one to what that page shows.
    constexpr auto never = std::numeric_limits<double>::infinity();
    std::vector<double> arrival(site.resources.size(), never);
    arrival.front() = seconds_to_fetch(site.resources.front());
    for (int depth = 0; depth <= site_depth; ++depth) {
        auto before = arrival;
        for (std::size_t i = 0; i < arrival.size(); ++i) {
            for (auto to : site.resources[i].links) {
                auto by_this_link = before[i] + seconds_to_fetch(site.resources[to]);
                arrival[to] = std::min(arrival[to], by_this_link);
            }
        }
    }
    found.longest_chain = *std::max_element(arrival.begin(), arrival.end());
    return found;
}

} // namespace demonstration
