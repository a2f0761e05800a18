// How the user's wish to stop reaches work that is under way.
#pragma once

#include <functional>

namespace mirror {

// Asked often, from the thread that works: true when the work should end now.
using stop_query = std::function<bool()>;

// Thrown by work that ended for this reason. No std::exception: it is no failure to report.
struct stopped {};

} // namespace mirror
