// Deadlines, in order, at constant cost: a radix wheel whose entries are the waiting nodes.
//
// Level 0 has a slot for each of the next 64 nanoseconds, level 1 one for each 64 of them, and so
// on: eleven levels span all 64 bits. An entry lies at the level of the highest bits in which its
// deadline differs from the cursor. When the cursor enters a slot of a higher level, and not before,
// its entries move to lower ones; so entries of equal deadline leave in the order in which they
// came.
#pragma once

#include <switchback/detail/links.hpp>

#include <cstddef>
#include <cstdint>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct node;

class timer_wheel {
public:
    static constexpr std::uint64_t never = ~std::uint64_t(0);

    timer_wheel() = default;
    timer_wheel(timer_wheel const&) = delete;
    timer_wheel& operator=(timer_wheel const&) = delete;

    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }

    // A deadline that has passed becomes the cursor's moment. Constant time.
    void insert(node& entry, std::uint64_t deadline) noexcept;
    // Constant time.
    void remove(node& entry) noexcept;

    // Moves what is due at `now` to the back of `due`, by deadline, equal ones in order of insertion.
    void advance(std::uint64_t now, list_head& due) noexcept;

    // Whether the predicate holds for the links of one of them.
    template <class Predicate>
    bool contains(Predicate&& holds) const;

    // A moment not after the earliest deadline: that deadline itself, unless so many entries share
    // its slot that looking at each would cost more than being asked once more. `never` if empty.
    std::uint64_t next() const noexcept;

    // All entries, in no order, but those of equal deadlines in theirs.
    template <class Visitor>
    void visit(Visitor&& visitor) {
        for (auto& level : slot_) {
            for (auto& slot : level) {
                for (auto* at = slot.next; at != &slot; at = at->next) visitor(*at);
            }
        }
    }

private:
    static constexpr int bits = 6;
    static constexpr int slot_count = 1 << bits;
    static constexpr int wheel_levels = (64 + bits - 1) / bits;

    struct position {
        int level;
        int slot;
    };
    position earliest() const noexcept;
    std::uint64_t start_of(position at) const noexcept;
    void place(node& entry) noexcept;

    list_head slot_[wheel_levels][slot_count];
    // A bit for each slot that may hold entries: those removed one by one leave it set.
    mutable std::uint64_t occupied_[wheel_levels] = {};
    std::uint64_t cursor_ = 0;
    std::size_t count_ = 0;
};

template <class Predicate>
bool timer_wheel::contains(Predicate&& holds) const {
    for (auto const& level : slot_) {
        for (auto const& slot : level) {
            for (auto const* at = slot.next; at != &slot; at = at->next) {
                if (holds(*at)) return true;
            }
        }
    }
    return false;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
