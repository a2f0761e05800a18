// All that the demonstration has found out; the table and the pictures are made from it.
#pragma once

#include "bounds.hpp"
#include "measurement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace demonstration {

struct report {
    std::string subject; // What was mirrored, in a few words
    int jobs = 0;
    int runs = 0;
    std::vector<measured_mode> modes{};
    std::optional<bounds> limits{}; // Of a real site nobody knows them

    measured_mode const* find(std::string const& mode) const;
    double fastest_seconds() const;

    // Whether a mode took so much longer than the fastest that an axis which shows the one well
    // shows nothing of the other.
    bool is_out_of_scale(measured_mode const& mode) const;
};

std::string fixed(double value, int decimals);

// "12.3 s", and more exactly below one second.
std::string brief_seconds(double value);

} // namespace demonstration
