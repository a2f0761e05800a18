// A record of all request attempts, one JSON object a line, for drawing timelines. Times are
// milliseconds since the process started. May be written to from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>

namespace mirror {

struct attempt_record {
    std::string address;
    std::chrono::steady_clock::time_point start;
    std::chrono::steady_clock::time_point end;
    int status = 0; // 0: there was no reply
    std::int64_t bytes = 0;
    int number = 1;
};

struct tally {
    int fetched = 0;
    int failed = 0;
    int retried = 0;
    std::int64_t bytes = 0;
    double seconds = 0;
};

class trace {
public:
    // An empty name writes nothing. Throws std::system_error when the file cannot be written.
    explicit trace(std::string const& file);

    void add(attempt_record const& record);

    // The last line. False when not all could be written.
    bool finish(tally const& total);

private:
    std::mutex mutex_;
    std::ofstream file_;
};

double seconds_since_start();

} // namespace mirror
