// The command line of sb-demo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace demonstration {

struct options {
    std::string url; // Empty: the demonstration's own site
    std::vector<std::string> modes{"serial", "threads", "tasks"};
    int jobs = 16;
    int runs = 1;
    // By default a draw that is close to its distribution: a median of 62 ms, 95 % within 372 ms.
    std::uint64_t seed = 8;
    bool keep = false;
    std::filesystem::path html = "demo.html";
    std::filesystem::path mirror; // The program sb-mirror
};

// Ends the program where there is nothing to run: after --help, or with a message.
options parse_options(int argc, char** argv);

} // namespace demonstration
