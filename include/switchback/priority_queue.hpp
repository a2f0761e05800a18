// A queue whose getters get the lowest item first; of equal ones, the one that came first.
//
//     sb::priority_queue<job> jobs;                            // by operator<
//     sb::priority_queue<job, std::greater<>> jobs;            // the highest first
//
// (std::priority_queue gives the highest first, Python's PriorityQueue the lowest, as this.) All else is as with
// sb::queue. A put and a get compare items O(log n) times. A comparison that throws leaves the queue as it was; it
// must not use the queue.
#pragma once

#include <switchback/detail/putting.hpp>

#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T, class Compare = std::less<>>
class priority_queue final : public detail::channel<detail::heap<T, Compare>> {
    static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
        "sb::priority_queue<T>: an item is an object that can be moved; put a pointer for a reference");
    static_assert(std::is_invocable_r_v<bool, Compare const&, T const&, T const&>,
        "sb::priority_queue<T, Compare>: items are compared by Compare, std::less<> where nothing is said");
    using store = detail::heap<T, Compare>;
    using base = detail::channel<store>;

public:
    explicit priority_queue(std::size_t capacity = base::unbounded, Compare compare = {})
        : base(capacity, store(std::move(compare))) {}
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
