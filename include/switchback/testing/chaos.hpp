// Random orders of a program that is too large to be explored, each of which can be had again.
//
//     auto const found = sb::testing::chaos<two_writers>(1000);
//     INFO(found.to_string());
//     CHECK(found.is_clean());
//
// The program (see stage.hpp) is run so many times, each with a seed of its own: who of those that are ready goes
// on, where no order is promised; who is cancelled, whose future is dropped, what fails, which step takes long. A
// run that finds something is run again with fewer and fewer deviations from the plain order, until it needs each
// of them; that order is told as a table, and as a line that sb::testing::replay takes:
//
//     sb::testing::replay<two_writers>("3:1 7:2");
//
// The same seed gives the same run on every machine. FoundationDB's simulation is the example.
#pragma once

#include <switchback/testing/explore.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

struct chaos_options {
    disturbances disturb{};
    std::uint64_t first_seed = 1;
};

struct chaos_report {
    std::size_t runs = 0;
    std::string finding{}; // the first that was found; empty if there was none
    std::uint64_t seed = 0; // of the run that found it
    interleaving where{};  // the order that leads there, which needs each of its deviations
    history what_happened{};

    bool is_clean() const noexcept { return finding.empty(); }
    // For people.
    std::string to_string() const;
};

namespace detail_of_stage {

// Most decisions are the plain one, so that a run gets anywhere.
class random_ways final : public decider {
public:
    explicit random_ways(std::uint64_t seed) noexcept;
    std::size_t decide(question const& asked) noexcept override;

private:
    std::uint64_t next() noexcept;
    std::size_t below(std::size_t end) noexcept { return static_cast<std::size_t>(next() % end); }

    std::uint64_t state_;
    std::size_t order_one_in_; // how often another than the first goes on
    std::size_t fault_one_in_; // how often something is disturbed; 0: never
};

} // namespace detail_of_stage

template <class Program>
chaos_report chaos(std::size_t runs, chaos_options const& options = {}) {
    chaos_report found;
    for (auto seed = options.first_seed; found.runs < runs; ++seed) {
        detail_of_stage::random_ways ways(seed);
        stage on(ways, options.disturb);
        detail_of_stage::run_once<Program>(on);
        ++found.runs;
        if (on.finding().empty()) continue;
        found.seed = seed;
        detail_of_stage::tell_finding<Program>(found, interleaving(on.deviations()), options.disturb);
        break;
    }
    return found;
}

// One run, in an order that was told before.
template <class Program>
chaos_report replay(interleaving const& order, disturbances const& disturb = {}) {
    chaos_report found;
    found.runs = 1;
    found.where = order;
    found.finding = detail_of_stage::run_again<Program>(order, disturb, &found.what_happened);
    return found;
}
template <class Program>
chaos_report replay(std::string const& order, disturbances const& disturb = {}) {
    return replay<Program>(interleaving(order), disturb);
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
