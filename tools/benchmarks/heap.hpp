// What a suspended generator, or a task that was made, takes: the object and what it has on the heap.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <new>

namespace bench {

inline std::size_t heap_in_use() {
    auto const now = mallinfo2();
    return now.uordblks + now.hblkhd;
}

// Nothing is given back, so that nothing is taken from what was given back.
template <class Make>
std::size_t bytes_of(Make make) {
    using made = decltype(make());
    alignas(made) static unsigned char first[sizeof(made)], second[sizeof(made)];
    ::new (first) made(make()); // lets allocators set themselves up
    auto const before = heap_in_use();
    ::new (second) made(make());
    return sizeof(made) + heap_in_use() - before;
}

} // namespace bench
