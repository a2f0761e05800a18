// What sb-mirror --trace writes: a line of JSON for each request, and one that sums up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace demonstration {

struct traced_request {
    std::string url;
    double start = 0; // Seconds since the mirror began
    double end = 0;
    int status = 0; // Of HTTP; 0 if no answer came at all
    int attempt = 1;

    bool failed() const { return status < 200 || status >= 400; }
};

struct trace {
    std::vector<traced_request> requests{};
    long fetched = 0;
    long failed = 0;
    long retried = 0;
    std::int64_t bytes = 0;
};

// Throws std::runtime_error if the file is not a whole trace.
trace read_trace(std::filesystem::path const& file);

} // namespace demonstration
