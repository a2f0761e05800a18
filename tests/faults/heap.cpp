#include "heap.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace faults {
namespace {

std::atomic<long> outstanding{0};
std::atomic<bool> counting{false};
std::atomic<std::size_t> counted{0};
std::atomic<std::size_t> to_fail{0};
std::atomic<bool> and_the_rest{false};

bool fails_now() noexcept {
    if (!counting) return false;
    auto const number = ++counted;
    std::size_t const first = to_fail;
    return first != 0 && (number == first || (and_the_rest && number > first));
}

void* allocate(std::size_t size, std::size_t alignment) noexcept {
    if (fails_now()) return nullptr;
    auto const rounded = (size + alignment - 1) / alignment * alignment; // never of no bytes
    auto* const block = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                            ? std::malloc(size == 0 ? 1 : size)
                            : std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
    if (block != nullptr) ++outstanding;
    return block;
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
    if (auto* const block = allocate(size, alignment)) return block;
    throw std::bad_alloc();
}

void release(void* block) noexcept {
    if (block == nullptr) return;
    --outstanding;
    std::free(block);
}

constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

} // namespace

long blocks_outstanding() noexcept { return outstanding; }

failing_heap::failing_heap(std::size_t number, bool from_there_on) noexcept {
    to_fail = number;
    and_the_rest = from_there_on;
    counted = 0;
    counting = true;
}
failing_heap::~failing_heap() { counting = false; }
std::size_t failing_heap::allocations() const noexcept { return counted; }
void failing_heap::fail_from_now_on() noexcept {
    to_fail = counted + 1;
    and_the_rest = true;
}

heap_aside::heap_aside() noexcept : was_counting_(counting.exchange(false)) {}
heap_aside::~heap_aside() { counting = was_counting_; }

} // namespace faults

// All of them: a sanitizer's own would not know each other's blocks.
void* operator new(std::size_t size) { return faults::allocate_or_throw(size, faults::usual); }
void* operator new[](std::size_t size) { return faults::allocate_or_throw(size, faults::usual); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    return faults::allocate(size, faults::usual);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
    return faults::allocate(size, faults::usual);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return faults::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return faults::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, std::nothrow_t const&) noexcept {
    return faults::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, std::nothrow_t const&) noexcept {
    return faults::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { faults::release(block); }
void operator delete[](void* block) noexcept { faults::release(block); }
void operator delete(void* block, std::size_t) noexcept { faults::release(block); }
void operator delete[](void* block, std::size_t) noexcept { faults::release(block); }
void operator delete(void* block, std::nothrow_t const&) noexcept { faults::release(block); }
void operator delete[](void* block, std::nothrow_t const&) noexcept { faults::release(block); }
void operator delete(void* block, std::align_val_t) noexcept { faults::release(block); }
void operator delete[](void* block, std::align_val_t) noexcept { faults::release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { faults::release(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { faults::release(block); }
void operator delete(void* block, std::align_val_t, std::nothrow_t const&) noexcept {
    faults::release(block);
}
void operator delete[](void* block, std::align_val_t, std::nothrow_t const&) noexcept {
    faults::release(block);
}
