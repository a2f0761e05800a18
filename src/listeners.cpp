#include <switchback/detail/listeners.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

void listener_base::leave() noexcept {
    auto* const in = std::exchange(in_, nullptr);
    if (in == nullptr) return;
    if (in->thread_.is_another()) give_up("a connection to a signal was ended on a thread that is not the signal's");
    for (auto* at = in->cursors_; at != nullptr; at = at->outer) {
        if (at->at == this) at->at = next;
    }
    unlink(*this);
}

void listeners_base::add(listener_base& last) noexcept {
    last.in_ = this;
    last.number_ = ++numbers_;
    list_.push_back(last);
}

void listeners_base::end() noexcept {
    while (!list_.empty()) {
        auto& first = static_cast<listener_base&>(*list_.next);
        first.leave();
        first.list_ends();
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
