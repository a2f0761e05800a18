// One order of steps, as it was taken: what a test that has failed prints, and what it is run again from.
#pragma once

#include <switchback/clock.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

// Where a run goes another way than the plain one: at which decision, counted from 0, and which way. In the plain
// run, whoever came first goes first, and nothing goes wrong.
struct deviation {
    std::uint32_t decision;
    std::uint32_t way;

    friend bool operator==(deviation const& one, deviation const& other) noexcept {
        return one.decision == other.decision && one.way == other.way;
    }
};

// All of them: enough to run the same program in the same order again.
class interleaving {
public:
    interleaving() = default;
    explicit interleaving(std::vector<deviation> deviations) noexcept : deviations_(std::move(deviations)) {}
    // "3:1 7:2", as to_string() writes it. Throws misuse where it is something else.
    explicit interleaving(std::string const& text);

    std::vector<deviation> const& deviations() const noexcept { return deviations_; }
    std::string to_string() const;
    // The way at a decision; 0 where it is the plain one.
    std::uint32_t way_at(std::uint32_t decision) const noexcept;

private:
    std::vector<deviation> deviations_; // in the order of the decisions
};

// What has happened in one run.
struct history {
    struct row {
        std::chrono::nanoseconds time; // since the beginning
        std::size_t task;              // whose: an index into `tasks`
        std::string what;              // "goes on at queue_test.cpp:31", "is cancelled"
        bool is_fault;
    };

    std::vector<std::string> tasks;
    std::vector<row> rows;

    // A table: a column for each task, a line for each step.
    std::string to_string() const;
};

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
