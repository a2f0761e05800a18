// What was run, for the last case, which compares it with floor.txt.
#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace faults {

struct totals {
    int scenarios = 0;
    std::size_t runs = 0;
    std::set<std::string> rules;
};

totals& so_far();

} // namespace faults
