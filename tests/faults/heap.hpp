// The heap of this program: operator new counts what it gives, and fails when it is told to.
#pragma once

#include <cstddef>

namespace faults {

// Blocks that are allocated and not yet freed.
long blocks_outstanding() noexcept;

// While one lives, allocations are counted, on all threads; the one of that number fails (1 is the first),
// and where `from_there_on` says so, each that comes behind it, too. 0: none.
class failing_heap {
public:
    explicit failing_heap(std::size_t number, bool from_there_on = false) noexcept;
    failing_heap(failing_heap const&) = delete;
    failing_heap& operator=(failing_heap const&) = delete;
    ~failing_heap();

    std::size_t allocations() const noexcept; // until now
    void fail_from_now_on() noexcept;
};

// While one lives, no allocation of this program fails or is counted: for what the harness itself does.
class heap_aside {
public:
    heap_aside() noexcept;
    heap_aside(heap_aside const&) = delete;
    heap_aside& operator=(heap_aside const&) = delete;
    ~heap_aside();

private:
    bool was_counting_;
};

} // namespace faults
