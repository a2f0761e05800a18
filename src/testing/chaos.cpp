#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/testing/chaos.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

std::string chaos_report::to_string() const {
    if (finding.empty()) return std::to_string(runs) + " runs: nothing found";
    std::string said = "found in run " + std::to_string(runs);
    if (seed != 0) said += " (seed " + std::to_string(seed) + ')';
    return said + ": " + finding + "\nIn this order: " +
           (where.deviations().empty() ? "the plain one" : '"' + where.to_string() + '"') + '\n' +
           what_happened.to_string();
}

namespace detail_of_stage {

random_ways::random_ways(std::uint64_t seed) noexcept : state_(seed * 0x9e3779b97f4a7c15u) {
    // Some runs stray at every step, others seldom; some are not disturbed at all: bugs of all kinds are found.
    order_one_in_ = std::size_t(1) << below(4);
    fault_one_in_ = std::size_t(4) << below(9);
    if (below(8) == 0) fault_one_in_ = 0;
}

// splitmix64: the same on every machine, unlike the distributions of the standard library.
std::uint64_t random_ways::next() noexcept {
    auto word = state_ += 0x9e3779b97f4a7c15u;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

std::size_t random_ways::decide(question const& asked) noexcept {
    auto const plain = asked.ways - asked.faults;
    if (asked.faults != 0 && fault_one_in_ != 0 && below(fault_one_in_) == 0) return plain + below(asked.faults);
    return below(order_one_in_) == 0 ? below(plain) : 0;
}

} // namespace detail_of_stage

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
