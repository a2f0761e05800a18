// Memory for frames: free lists by size, one set a thread, so that starting a task takes neither a
// lock nor a call of malloc.
//
// A set whose thread has ended waits for the next thread that needs one: blocks may outlive their
// thread, in a static future say, and are never given back to the system. Under AddressSanitizer
// every block is a call of operator new, so that a use after the end of a frame is seen.
#pragma once

#include <switchback/detail/config.hpp>

#include <cstddef>
#include <new>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class frame_memory {
public:
    // The calling thread's. Lives as long as the program.
    static frame_memory& local();

    frame_memory() = default;
    frame_memory(frame_memory const&) = delete;
    frame_memory& operator=(frame_memory const&) = delete;

    // Throws std::bad_alloc. Constant time but for one call of operator new for every 16 KB. The
    // size, constant at nearly every call, chooses the list at compile time.
    SB_DETAIL_INLINE void* allocate(std::size_t size) {
        auto const list = list_of(size);
        if (SB_DETAIL_ASAN || list >= lists) return ::operator new(size);
        auto*& first = free_[list];
        if (SB_DETAIL_UNLIKELY(first == nullptr)) return refill(list);
        auto* const taken = first;
        first = taken->next;
        return taken;
    }

    SB_DETAIL_INLINE void release(void* block, std::size_t size) noexcept {
        auto const list = list_of(size);
        if (SB_DETAIL_ASAN || list >= lists) {
            ::operator delete(block);
            return;
        }
        auto* const given = static_cast<cell*>(block);
        given->next = free_[list];
        free_[list] = given;
    }

    static constexpr std::size_t alignment = 16;

private:
    struct cell {
        cell* next;
    };
    static constexpr std::size_t lists = 65; // blocks of 16, 32, … 1024 bytes
    static constexpr std::size_t chunk_size = 16 * 1024;

    static constexpr std::size_t list_of(std::size_t size) { return (size + alignment - 1) / alignment; }
    void* refill(std::size_t list);

    cell* free_[lists] = {};
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
