#include <switchback/timeouts.hpp>

#if SB_DETAIL_EXCEPTIONS

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

void time_scope::open(node& owner) noexcept {
    cancel_scope::open(owner);
    set_deadline();
}

void time_scope::set_limit(sleeping limit) {
    owner();
    if (was_cancelled()) return;
    limit_ = limit;
    set_deadline();
}

void time_scope::set_deadline() noexcept {
    auto const now = home->now();
    auto const moment = deadline_of(limit_, now);
    limit_.deadline = core::moment_of(moment);
    cancel_at(moment, now);
}

scope_end time_scope::leave(node& self, failure* leaving) {
    if (leaving == nullptr || !has_asked_for(*leaving)) return scope_end::as_it_was;
    if (auto* const outer = outer_request_in(*leaving)) {
        put_first(*leaving, *outer);
        return scope_end::as_it_was;
    }
    if (!fails_ || !has_expired()) return scope_end::swallowed;
    failure late{std::make_exception_ptr(timed_out{})};
    late.gathered = std::exchange(leaving->gathered, nullptr);
    self.home->set_in_flight(std::move(late));
    return scope_end::raised;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
