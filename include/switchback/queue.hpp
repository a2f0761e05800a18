// Items from some tasks to others.
//
//     sb::queue<job> jobs{16};                                 // shared by the tasks; no more than 16 in it
//     …
//     SB_AWAIT(jobs.put(job{…}));                              // waits while it is full
//     …
//     SB_AWAIT_INTO(next, jobs.get());                         // waits while it is empty
//
// First in, first out: for other orders there is sb::priority_queue. Each item goes to one getter: what everybody
// is to get is told by a sb::broadcast. With a capacity of 0 there is nothing in between: who puts waits for one
// who gets. (A getter that is cancelled just then leaves the item to the next.) Python: asyncio.Queue; Trio:
// open_memory_channel.
//
// T is an object that can be moved. The interface is that of detail/channel.hpp: put, try_put, get, next, try_get,
// size, empty, full, capacity, close, is_closed, task_done, join.
#pragma once

#include <switchback/detail/putting.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T>
class queue final : public detail::channel<detail::fifo<T>> {
    static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
        "sb::queue<T>: an item is an object that can be moved; put a pointer for a reference");
    using base = detail::channel<detail::fifo<T>>;

public:
    // Of so many items at most; unbounded where nothing is said.
    explicit queue(std::size_t capacity = base::unbounded) noexcept : base(capacity, detail::fifo<T>()) {}
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
