// What the user sees while it runs, on stderr: on a terminal one line that is rewritten a few times
// a second, otherwise a line per finished resource. May be told from any thread.
#pragma once

#include "url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace mirror {

// "3.4 MB"
std::string readable_size(double bytes);

class progress {
public:
    enum class display { none, lines, live };

    // Looks whether stderr is a terminal.
    progress();
    explicit progress(display kind) noexcept : display_(kind) {}

    void started();
    void ended();
    void received(std::size_t bytes);
    // Nothing happened. Keeps the live line fresh while a server is silent.
    void tick();

    void fetched(url const& address, std::int64_t bytes);
    void failed(url const& address, std::string const& reason);

    // Clears the live line away.
    void finish();

private:
    using clock = std::chrono::steady_clock;

    void show();

    display display_;
    std::mutex mutex_;
    int done_ = 0;
    int failed_ = 0;
    int in_flight_ = 0;
    std::int64_t bytes_ = 0;
    clock::time_point start_ = clock::now();
    clock::time_point shown_ = {};
};

} // namespace mirror
