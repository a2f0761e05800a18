#include <switchback/detail/node.hpp>
#include <switchback/detail/timer_wheel.hpp>

#include <algorithm>

#if defined(_MSC_VER) && !defined(__clang__)
#    include <intrin.h>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

int highest_bit(std::uint64_t x) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long index = 0;
    _BitScanReverse64(&index, x);
    return static_cast<int>(index);
#else
    return 63 - __builtin_clzll(x);
#endif
}

int lowest_bit(std::uint64_t x) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long index = 0;
    _BitScanForward64(&index, x);
    return static_cast<int>(index);
#else
    return __builtin_ctzll(x);
#endif
}

// How many entries of a slot are looked at to find its earliest deadline.
constexpr int entries_worth_a_look = 32;

} // namespace

void timer_wheel::place(node& entry) noexcept {
    auto const differs = entry.deadline ^ cursor_;
    int const level = differs == 0 ? 0 : highest_bit(differs) / bits;
    int const slot = static_cast<int>(entry.deadline >> (level * bits) & (slot_count - 1));
    slot_[level][slot].push_back(entry);
    occupied_[level] |= std::uint64_t(1) << slot;
}

void timer_wheel::insert(node& entry, std::uint64_t deadline) noexcept {
    entry.deadline = std::max(deadline, cursor_);
    place(entry);
    ++count_;
}

void timer_wheel::remove(node& entry) noexcept {
    unlink(entry);
    --count_;
}

// The slot that the cursor comes to first. There is one: the wheel is not empty.
timer_wheel::position timer_wheel::earliest() const noexcept {
    for (int level = 0; level < wheel_levels; ++level) {
        auto const from = static_cast<int>(cursor_ >> (level * bits) & (slot_count - 1));
        auto ahead = occupied_[level] & (~std::uint64_t(0) << from);
        while (ahead != 0) {
            int const slot = lowest_bit(ahead);
            if (!slot_[level][slot].empty()) return {level, slot};
            occupied_[level] &= ~(std::uint64_t(1) << slot); // its entries were removed
            ahead &= ahead - 1;
        }
    }
    return {wheel_levels, 0};
}

std::uint64_t timer_wheel::start_of(position at) const noexcept {
    int const above = (at.level + 1) * bits;
    auto const high = above >= 64 ? 0 : cursor_ >> above << above;
    return std::max(high | static_cast<std::uint64_t>(at.slot) << (at.level * bits), cursor_);
}

void timer_wheel::advance(std::uint64_t now, list_head& due) noexcept {
    while (count_ != 0) {
        auto const at = earliest();
        auto const start = start_of(at);
        if (start > now) break;
        cursor_ = start;
        auto& entries = slot_[at.level][at.slot];
        occupied_[at.level] &= ~(std::uint64_t(1) << at.slot);
        if (at.level == 0) {
            for (auto* entry = entries.next; entry != &entries; entry = entry->next) --count_;
            due.splice_back(entries);
        } else { // the cursor enters the slot: its entries go to lower levels, in order
            list_head moving;
            moving.splice_back(entries);
            while (!moving.empty()) place(static_cast<node&>(moving.pop_front()));
        }
    }
    cursor_ = std::max(cursor_, now);
}

std::uint64_t timer_wheel::next() const noexcept {
    if (count_ == 0) return never;
    auto const at = earliest();
    auto const start = start_of(at);
    if (at.level == 0) return start;
    auto const& entries = slot_[at.level][at.slot];
    auto earliest_deadline = never;
    int looked_at = 0;
    for (auto const* entry = entries.next; entry != &entries; entry = entry->next) {
        if (++looked_at > entries_worth_a_look) return start;
        earliest_deadline =
            std::min(earliest_deadline, static_cast<node const*>(entry)->deadline);
    }
    return earliest_deadline;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
