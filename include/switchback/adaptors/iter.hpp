// A range as a generator: of references to its elements, or of values where its iterators make them.
//
//     std::vector<int> numbers{1, 2, 3};
//     auto rest = sb::iter(numbers);             // walks the vector, which has to outlive it
//     sb::any_generator<int&> any{sb::iter(std::vector{4, 5})};   // has a vector of its own
//
// It may be moved before its first step: the walk begins there. Python: iter.
#pragma once

#include <switchback/detail/source.hpp>
#include <switchback/make.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Range>
auto iter(Range&& range) {
    static_assert(detail::is_range<Range>::value, "sb::iter takes a range");
    return make<detail::walking<Range>>(static_cast<Range&&>(range));
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
