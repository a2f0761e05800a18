// What is said at the end: the failures with their reasons, and a line with the totals.
#pragma once

#include "crawl.hpp"
#include "trace.hpp"

#include <string>

namespace mirror {

std::string report(crawl const& site, tally const& total, bool interrupted);

} // namespace mirror
