#include <switchback/retry.hpp>

#if SB_DETAIL_EXCEPTIONS

#include <algorithm>
#include <random>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

std::uint64_t seed_for(backoff const& how) {
    if (how.jitter == 0 || how.seed != 0) return how.seed;
    std::random_device any;
    return std::uint64_t(any()) << 32 | any();
}

// From 0 to 1, but not that. SplitMix64: of two seeds that are alike, the first numbers are not.
double next_share(std::uint64_t& state) noexcept {
    auto mixed = state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    mixed ^= mixed >> 31;
    return static_cast<double>(mixed >> 11) / static_cast<double>(std::uint64_t(1) << 53);
}

} // namespace

attempts::attempts(backoff const& how)
    : how_(how), delay_(static_cast<double>(how.delay.count())), chance_(seed_for(how)) {
    if (how.attempts < 1) raise<misuse>("sb::retry: a backoff of no attempts");
    if (!(how.jitter >= 0 && how.jitter <= 1)) raise<misuse>("sb::retry: the jitter is a share, from 0 to 1");
}

void attempts::note(failure const& what) {
    if (earlier_.size() == most_kept) earlier_.erase(earlier_.begin());
    earlier_.push_back(kept_failure(copy(what)));
}

std::chrono::nanoseconds attempts::next_delay() noexcept {
    ++number_;
    auto whole = std::min(delay_, static_cast<double>(how_.limit.count()));
    delay_ *= how_.factor;
    if (how_.jitter != 0) whole *= 1 - how_.jitter * next_share(chance_);
    constexpr auto longest = static_cast<double>((std::chrono::nanoseconds::max)().count());
    if (!(whole > 0)) return std::chrono::nanoseconds::zero();
    if (whole >= longest) return (std::chrono::nanoseconds::max)();
    return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(whole));
}

void attempts::attach_earlier(failure& last) noexcept {
    for (auto& each : earlier_) attach_or_report(last, copy(each.what()));
    earlier_.clear();
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
