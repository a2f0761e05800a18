// Every request of every mode as a bar on a time axis: one self-contained HTML file.
#pragma once

#include "report.hpp"

#include <ostream>

namespace demonstration {

void write_timeline(std::ostream& out, report const& report);

} // namespace demonstration
