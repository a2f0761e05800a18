#include <switchback/barrier.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

bool barrier_round::go_on(node& self, std::size_t& place) noexcept {
    auto& round = *static_cast<barrier_round*>(self.object);
    self.awaits = awaited_kind::nothing;
    auto const how = round.state_;
    place = round.gone_on_++;
    round.drop();
    if (how == state::broken) fly<broken_barrier>(*self.home);
    if (how == state::barrier_gone) fly<destroyed>(*self.home);
    return how == state::full;
}

} // namespace detail

step barrier::come(detail::node& self) {
    thread_.ensure();
    if (is_broken_) {
        detail::fly<broken_barrier>(*self.home);
        return step::failed;
    }
    if (round_ == nullptr) round_ = new detail::barrier_round;
    round_->come(self);
    if (round_->present() == parties_) {
        end_round(detail::barrier_round::state::full);
        return step::returned;
    }
    round_->wait(self);
    return step::suspended;
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
