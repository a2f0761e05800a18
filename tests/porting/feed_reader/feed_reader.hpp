// What the rest of the program sees of its feed reader: the same at every step of the port.
//
// A refresh asks the server for the list of feeds, then for each feed on it, a few at a time. What
// fails is tried again, after a pause that doubles; what was had before comes from the cache.
#pragma once

#include "event_loop.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace feeds {

// Blocks until the server has answered. Called on any thread, on several at once.
class transport {
public:
    virtual ~transport() = default;
    virtual std::string get(std::string const& path) = 0;
};

// What it throws: worth another attempt, and not.
struct network_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct not_found : std::runtime_error {
    explicit not_found(std::string const& path) : std::runtime_error("not found: " + path) {}
};

struct feed {
    std::string path;
    std::string title; // empty where there is an error
    std::string error;
};

enum class outcome { complete, failed, cancelled, timed_out };

struct report {
    outcome how = outcome::complete;
    std::string error;       // of the list, where that failed
    std::vector<feed> feeds; // in the order of the list, where it is complete
};

struct settings {
    std::size_t at_once = 3;
    int attempts = 3;
    std::chrono::milliseconds pause{100};    // before the second attempt; doubled each time
    std::chrono::milliseconds limit{60'000}; // for a whole refresh
};

class reader {
public:
    using progress = std::function<void(std::size_t finished, std::size_t of)>;
    using done = std::function<void(report const&)>;

    // The loop and the transport must outlive the reader.
    reader(event_loop& loop, transport& net, settings how);
    // Ends a refresh that is under way: no function is called any more. Waits for requests that the
    // transport has begun.
    ~reader();

    // Both functions are called from the loop: the second once, whatever happens, and nothing after
    // it. One refresh at a time.
    void refresh(progress on_progress, done on_done);

    // The refresh under way ends as `cancelled`. Requests that the transport has begun go on, and
    // nobody hears of them.
    void cancel();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace feeds
