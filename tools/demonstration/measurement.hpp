// What was measured: of one run, and of a mode over all its runs.
#pragma once

#include "trace.hpp"

#include <string>
#include <vector>

namespace demonstration {

struct run {
    double seconds = 0;
    long peak_threads = 0;
    double peak_megabytes = 0;
    trace requests{};
};

struct measured_mode {
    std::string name;
    std::vector<run> runs{};

    double seconds() const;
    long peak_threads() const;
    double peak_megabytes() const;
    long fetched() const;
    long failed() const;
    long retried() const;

    // The run that stands for the others in pictures: the one of median duration.
    run const& typical() const;
};

} // namespace demonstration
