// The figures of a report, in rows and columns.
#pragma once

#include "report.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace demonstration {

// The first column holds names, the others figures.
struct table {
    std::vector<std::string> heading;
    std::vector<std::vector<std::string>> modes;
    std::vector<std::vector<std::string>> limits; // Shorter rows: a name and seconds
};

table tabulate(report const& report);

void print(std::ostream& out, table const& table, bool coloured);

} // namespace demonstration
