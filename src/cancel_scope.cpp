#include <switchback/detail/cancel_scope.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/match.hpp>
#endif

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_EXCEPTIONS

struct cancel_access {
    static cancelled make(cancel_cause cause, cancel_scope* scope, std::uint64_t number) noexcept {
        return {cause, scope, number};
    }
    static cancel_scope* scope_of(cancelled const& what) noexcept { return what.scope_; }
    static std::uint64_t number_in(cancelled const& what) noexcept { return what.number_; }
};

bool cancel_request::is_outside(cancel_request const& other) const noexcept {
    return other.scope != nullptr && (scope == nullptr || scope->number() < other.scope->number());
}

failure core::cancellation(cancel_request const& why) noexcept {
    constexpr int causes = static_cast<int>(cancel_cause::closing) + 1;
    struct prepared {
        std::exception_ptr of[causes];
        prepared() {
            for (int i = 0; i < causes; ++i) {
                auto const cause = static_cast<cancel_cause>(i);
                of[i] = std::make_exception_ptr(cancel_access::make(cause, nullptr, 0));
            }
        }
    };
    // Never destroyed: a static scheduler may need it after everything that is. Nor allocated: that might fail.
    alignas(prepared) static unsigned char room[sizeof(prepared)];
    static auto const& made = *::new (static_cast<void*>(room)) prepared;
    failure what;
    what.error = why.scope == nullptr ? made.of[static_cast<int>(why.cause)]
                                      : std::make_exception_ptr(cancel_access::make(
                                            why.cause, why.scope, why.scope->number()));
    what.request = next_scope();
    return what;
}

namespace {

cancelled const* cancelled_in(failure const& what) noexcept {
    return static_cast<cancelled const*>(match<cancelled>(what.error));
}

} // namespace

// ---- The scope

frame_type const cancel_scope::type_of_scopes{
    &cancel_scope::moment_has_come, nullptr, nullptr, nullptr, "a cancel scope", nullptr,
    sizeof(cancel_scope), alignof(cancel_scope)};

void cancel_scope::open(node& owner) noexcept {
    home = owner.home;
    owner_ = &owner;
    number_ = home->next_scope();
}

void cancel_scope::close() noexcept {
    if (owner_ == nullptr) return;
    home->withdraw(*this);
    owner_ = nullptr;
}

void cancel_scope::cancel_at(std::uint64_t moment, std::uint64_t now) noexcept {
    if (was_cancelled_) return; // it is past such things
    home->withdraw(*this);
    if (moment <= now) {
        home->make_ready(*this); // not with the timers, which are looked at once a turn
    } else {
        home->wait_until(*this, moment);
    }
}

step cancel_scope::moment_has_come(node& n) {
    auto& self = static_cast<cancel_scope&>(n);
    self.state = node_state::created;
    self.awaits = awaited_kind::nothing;
    self.has_expired_ = true;
    self.home->cancel(self, cancel_cause::timeout);
    return step::suspended;
}

bool cancel_scope::has_asked_for(failure const& leaving) const noexcept {
    auto const* const seen = cancelled_in(leaving);
    return seen != nullptr && cancel_access::scope_of(*seen) == this && // another scheduler counts, too
           cancel_access::number_in(*seen) == number_;
}

failure* cancel_scope::outer_request_in(failure& leaving) const noexcept {
    failure* outermost = nullptr;
    auto number = number_;
    for (auto* at = &leaving; at != nullptr; at = at->context) {
        if (at->request < number_) continue; // delivered before the block began, or none
        auto const* const seen = cancelled_in(*at);
        if (seen == nullptr || cancel_access::number_in(*seen) >= number) continue;
        outermost = at;
        number = cancel_access::number_in(*seen);
    }
    return outermost;
}

cancel_request cancel_scope::request_of(failure const& outer) noexcept {
    auto const& seen = *cancelled_in(outer);
    return {cancel_how::request, seen.cause(), cancel_access::scope_of(seen)};
}

bool cancel_scope::is_release(failure const& leaving) noexcept {
    auto const* const seen = leaving.request != 0 ? cancelled_in(leaving) : nullptr;
    return seen != nullptr &&
           (seen->cause() == cancel_cause::release || seen->cause() == cancel_cause::closing);
}

void cancel_scope::put_first(failure& leaving, failure& behind) noexcept {
    std::swap(leaving.error, behind.error);
    std::swap(leaving.gathered, behind.gathered);
    std::swap(leaving.request, behind.request);
    auto* const before_it = std::exchange(behind.context, nullptr);
    failure passed_over;
    passed_over.context = std::exchange(leaving.context, before_it);
    discard(passed_over);
}

#else

bool cancel_request::is_outside(cancel_request const&) const noexcept { return false; }
failure core::cancellation(cancel_request const&) noexcept { return {}; }

#endif

void core::ask_again(node& running, cancel_request const& what) noexcept {
    if (what.scope != nullptr) {
        cancel(*what.scope, what.cause);
        return;
    }
    auto* root = &running;
    while (!root->is(is_root)) root = root->awaiter;
    cancel(*root, what.cause);
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
