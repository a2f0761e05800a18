// What no mirror can beat, however it is programmed.
#pragma once

#include "site.hpp"

namespace demonstration {

struct bounds {
    double shared_work = 0;   // Seconds: all delays, divided among the connections
    double longest_chain = 0; // Seconds: a page must arrive before its links are known
};

// Every request counts, those too that are answered with a failure.
bounds lower_bounds(site const& site, int connections);

} // namespace demonstration
