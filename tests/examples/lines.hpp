// What an example has printed, to be compared.
#pragma once

#include <printer.hpp>

#include <switchback/clock.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace test {

class lines {
public:
    explicit lines(switchback::clock const& time)
        : say([&time] { return time.now(); }, [this](std::string const& line) { printed_.push_back(line); }) {}
    lines(lines const&) = delete;
    lines& operator=(lines const&) = delete;

    examples::printer say;

    std::size_t count() const { return printed_.size(); }
    // All of them, each behind a new line: so that a raw string may begin with one.
    std::string text() const {
        std::string all = "\n";
        for (auto const& each : printed_) all += each + "\n";
        return all;
    }

private:
    std::vector<std::string> printed_;
};

} // namespace test
