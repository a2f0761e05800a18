#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/testing/explore.hpp>

#    include <algorithm>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

std::string exploration::to_string() const {
    std::string said = std::to_string(runs) + " runs, " + std::to_string(states) + " states";
    if (finding.empty()) {
        return said + (is_exhausted ? ": nothing found" : ": nothing found in as many runs as were allowed");
    }
    auto const order = where.deviations().empty() ? "the plain one" : '"' + where.to_string() + '"';
    return said + ", and then: " + finding + "\nIn this order: " + order + '\n' + what_happened.to_string();
}

namespace detail_of_stage {

void fail_with_current(stage& on) { on.fail("the program itself failed: " + describe(std::current_exception())); }

std::size_t all_ways::decide(question const& asked) noexcept {
    if (at_ < path_.size()) return path_[at_++].way;
    auto const from = path_.empty() ? none : path_.back().state;
    auto to = states_.size();
    if (asked.state != nullptr) {
        has_fingerprints_ = true;
        auto const [known, is_new] = seen_.emplace(*asked.state, to);
        to = known->second;
        if (from != none && !path_.back().is_fault()) ways_back_.emplace_back(to, from);
        if (!is_new) {
            was_stopped_ = true;
            return stop;
        }
    }
    states_.push_back({from, path_.empty() ? deviation{0, 0} : path_.back().as_deviation()});
    path_.push_back({0, asked.ways, asked.faults, to, asked.number});
    ++at_;
    return 0;
}

bool all_ways::next_run() {
    at_ = 0;
    bool const has_ended = !std::exchange(was_stopped_, false);
    if (has_ended && !path_.empty() && !path_.back().is_fault()) ends_.push_back(path_.back().state);
    while (!path_.empty() && path_.back().way + 1 == path_.back().ways) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().way;
    return true;
}

// Backwards from where runs have ended.
bool all_ways::find_endless(interleaving& way) const {
    if (!has_fingerprints_) return false;
    auto back = ways_back_;
    std::sort(back.begin(), back.end());
    std::vector<bool> has_end(states_.size());
    auto left = ends_;
    while (!left.empty()) {
        auto const at = left.back();
        left.pop_back();
        if (has_end[at]) continue;
        has_end[at] = true;
        auto from = std::lower_bound(back.begin(), back.end(), std::make_pair(at, std::size_t(0)));
        for (; from != back.end() && from->first == at; ++from) left.push_back(from->second);
    }
    auto const endless = std::find(has_end.begin(), has_end.end(), false);
    if (endless == has_end.end()) return false;
    std::vector<deviation> deviations;
    auto at = static_cast<std::size_t>(endless - has_end.begin());
    for (; states_[at].from != none; at = states_[at].from) {
        if (states_[at].by.way != 0) deviations.push_back(states_[at].by);
    }
    std::reverse(deviations.begin(), deviations.end());
    way = interleaving(std::move(deviations));
    return true;
}

interleaving shrunk(interleaving const& order, rerun const& fails) {
    auto left = order.deviations();
    for (bool is_smaller = true; is_smaller;) {
        is_smaller = false;
        for (std::size_t i = left.size(); i-- > 0;) { // later ones depend on earlier ones
            auto without = left;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
            if (!fails(interleaving(without))) continue;
            left = std::move(without);
            is_smaller = true;
        }
    }
    return interleaving(left);
}

} // namespace detail_of_stage

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
