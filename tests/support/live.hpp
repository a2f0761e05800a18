// Objects whose life a test watches.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace test {

// Counts its live instances. A test that begins with none ends with none.
class live {
public:
    live() noexcept { ++count_; }
    live(live const&) noexcept { ++count_; }
    live(live&&) noexcept { ++count_; }
    live& operator=(live const&) = default;
    live& operator=(live&&) = default;
    ~live() { --count_; }

    static int count() noexcept { return count_; }

private:
    static inline std::atomic<int> count_{0}; // jobs make some, too
};

// Calls a function when the object that it is a member of dies.
class at_end {
public:
    explicit at_end(std::function<void()> what) : what_(std::move(what)) {}
    at_end(at_end&& other) noexcept : what_(std::exchange(other.what_, nullptr)) {}
    at_end& operator=(at_end&&) = delete;
    ~at_end() {
        if (what_) what_();
    }

private:
    std::function<void()> what_;
};

} // namespace test
