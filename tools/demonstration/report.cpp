#include "report.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace demonstration {

measured_mode const* report::find(std::string const& mode) const {
    for (auto const& each : modes) {
        if (each.name == mode) return &each;
    }
    return nullptr;
}

double report::fastest_seconds() const {
    auto fastest = modes.front().seconds();
    for (auto const& each : modes) fastest = std::min(fastest, each.seconds());
    return fastest;
}

bool report::is_out_of_scale(measured_mode const& mode) const {
    return mode.seconds() > 3 * fastest_seconds();
}

std::string fixed(double value, int decimals) {
    std::ostringstream stream;
    stream << std::fixed << std::setprecision(decimals) << value;
    return stream.str();
}

std::string brief_seconds(double value) {
    return fixed(value, value < 1 ? 2 : 1) + " s";
}

} // namespace demonstration
