// How many requests were under way, over time, in a line of text for each mode.
#pragma once

#include "report.hpp"

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace demonstration {

// One block character for each of `columns` equal parts of the time up to `end`, as high as the
// mean number of requests in that part; `full` of them fill the character.
std::string sparkline(
    std::vector<traced_request> const& requests, double end, std::size_t columns, double full);

// All modes on a common axis, and then once more those that are too short on it.
void print_sparklines(std::ostream& out, report const& report, std::size_t width, bool coloured);

} // namespace demonstration
