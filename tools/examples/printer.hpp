// Says what happens in an example, and how long after its beginning:
//
//        0 ms  fetching index.html
//
// On the clock that it is given, so that a test of the same program on virtual time has the same lines
// each time.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

namespace examples {

class printer {
public:
    using clock = std::function<std::chrono::steady_clock::time_point()>;
    using sink = std::function<void(std::string const& line)>;

    // In real time and to standard output, unless told otherwise.
    explicit printer(clock now = std::chrono::steady_clock::now, sink to = print)
        : now_(std::move(now)), to_(std::move(to)) {}

    // One line. Not from two threads at once.
    void operator()(std::string const& what) const {
        auto const passed = std::chrono::duration_cast<std::chrono::milliseconds>(now_() - began_);
        auto const number = std::to_string(passed.count());
        to_(std::string(number.size() < 5 ? 5 - number.size() : 0, ' ') + number + " ms  " + what);
    }

private:
    static void print(std::string const& line) {
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
    }

    clock now_;
    sink to_;
    std::chrono::steady_clock::time_point began_ = now_();
};

} // namespace examples
