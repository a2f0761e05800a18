// A generator of a frame that is built where it stays.
//
//     auto lines = sb::make<lines_of>("notes.txt");   // sb::generator<lines_of>
//
// Nothing is moved, not even on a return: a frame that cannot be moved, since it holds a mutex or a
// pointer to itself, is handed out of a function all the same.
//
//     auto locked_numbers(std::size_t n) { return sb::make<locked>(n); }
#pragma once

#include <switchback/generator.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// From what the frame is built of: a constructor's arguments, or the members of an aggregate, in
// their order. They are used in braces, so numbers are not narrowed.
template <class F, class... A>
generator<F> make(A&&... arguments) {
    return generator<F>(std::in_place, static_cast<A&&>(arguments)...);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
