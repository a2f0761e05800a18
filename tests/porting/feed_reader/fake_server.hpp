// What the tests of the feed reader stand on: a loop in which hours pass at once, and a server that
// does what it is told.
#pragma once

#include "feed_reader.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace feeds {

// Time jumps to the next timer, unless something is under way on another thread.
class virtual_loop final : public event_loop {
public:
    time now() const override { return now_; }

private:
    void wait(std::unique_lock<std::mutex>& lock, time until) override {
        if (is_held()) {
            wait_for_post(lock);
        } else {
            now_ = until;
        }
    }

    time now_{std::chrono::hours(1)};
};

class fake_server final : public transport {
public:
    std::map<std::string, std::string> pages;
    std::map<std::string, int> failures; // so often the network fails, before the page comes
    std::size_t wait_for = 0;            // a request waits until so many are there at once
    std::set<std::string> held;          // requests for these wait until let_go()

    std::string get(std::string const& path) override {
        std::unique_lock<std::mutex> lock(mutex_);
        requests_.push_back(path);
        ++in_flight_;
        peak_ = std::max(peak_, in_flight_);
        changed_.notify_all();
        if (path != "/feeds") {
            changed_.wait(lock, [this] { return peak_ >= wait_for; });
        }
        changed_.wait(lock, [&] { return held.count(path) == 0; });
        --in_flight_;
        if (failures[path]-- > 0) throw network_error("no answer: " + path);
        auto const page = pages.find(path);
        if (page == pages.end()) throw not_found(path);
        return page->second;
    }

    void let_go() {
        std::lock_guard<std::mutex> lock(mutex_);
        held.clear();
        changed_.notify_all();
    }

    std::size_t requests(std::string const& path) const {
        std::lock_guard<std::mutex> lock(mutex_);
        return static_cast<std::size_t>(std::count(requests_.begin(), requests_.end(), path));
    }
    std::size_t requests() const {
        std::lock_guard<std::mutex> lock(mutex_);
        return requests_.size();
    }
    std::size_t in_flight() const {
        std::lock_guard<std::mutex> lock(mutex_);
        return in_flight_;
    }
    std::size_t peak() const {
        std::lock_guard<std::mutex> lock(mutex_);
        return peak_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> requests_;
    std::size_t in_flight_ = 0;
    std::size_t peak_ = 0;
};

} // namespace feeds
