#include <switchback/detail/permits.hpp>

#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

// Of the frames that await one another, so many are looked at.
constexpr int most_frames_looked_at = 64;

} // namespace

permits::~permits() {
    end();
    forget_all(held_);
    forget_all(observed_);
}

void permits::forget_all(list_head& list) noexcept {
    while (!list.empty()) static_cast<permit_link&>(*list.next).leave();
}

void holding::let_go() noexcept {
    auto* const of = leave();
    if (of == nullptr) return;
    SB_DETAIL_TRY { of->check_thread(); }
    SB_DETAIL_CATCH_ALL { give_up("a lock or permit was let go of on a thread that is not its own"); }
    of->give(1);
}

bool is_member_around(node& waiter, void const* object) noexcept {
    std::less<void const*> const is_before;
    auto* at = &waiter;
    for (int left = most_frames_looked_at; left > 0; --left) {
        if (!is_before(object, at) && is_before(object, reinterpret_cast<char const*>(at) + at->type->size)) {
            return true;
        }
        if (at->is(is_root)) break;
        at = at->awaiter;
    }
    return false;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
