// The timeline itself, as an SVG element: a chart for each mode, its requests packed into lanes.
//
// Modes of like duration stand on one axis. What takes far longer has an axis of its own above
// that, and the drawing shows which part of it the lower axis stretches.
#pragma once

#include "report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace demonstration {

// For each request the lane it is drawn in: the first one that is free when it starts.
std::vector<std::size_t> pack_into_lanes(std::vector<traced_request> const& requests);

// It has classes for the page's style sheet to colour: the kinds' names, `failure`, `limit` …
std::string draw_timeline(report const& report);

} // namespace demonstration
