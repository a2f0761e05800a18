// Memory for a node, until there is one: had before what must not fail once it has begun.
#pragma once

#include <switchback/detail/frame_memory.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class room_for_node {
public:
    // Throws std::bad_alloc.
    explicit room_for_node(frame_memory& from, std::size_t size)
        : from_(from), size_(size), memory_(from.allocate(size)) {}
    room_for_node(room_for_node const&) = delete;
    room_for_node& operator=(room_for_node const&) = delete;
    ~room_for_node() {
        if (memory_ != nullptr) from_.release(memory_, size_);
    }

    void* take() noexcept { return std::exchange(memory_, nullptr); }

private:
    frame_memory& from_;
    std::size_t size_;
    void* memory_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
