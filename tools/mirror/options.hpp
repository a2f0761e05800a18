// What the user asked for.
#pragma once

#include <chrono>
#include <string>

namespace mirror {

struct options {
    std::string start;
    std::string directory;
    std::string mode = "tasks";
    int jobs = 8;
    int depth = 1;
    bool same_host = false;
    std::chrono::milliseconds timeout{30'000};
    int retries = 2;
    std::string trace; // empty: none
};

} // namespace mirror
