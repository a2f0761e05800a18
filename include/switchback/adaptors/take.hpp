// The first elements.
//
//     for (int n : sb::take(10, naturals{})) …
//
// It takes no element more than it gives: a source that is borrowed can be gone on with behind them.
// Python: itertools.islice.
#pragma once

#include <switchback/detail/source.hpp>
#include <switchback/make.hpp>

#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Source>
struct taking {
    std::size_t left;
    Source source;

    step operator()(yields<element_of<Source>>& co) {
        pointer_to_element_of<Source> element; // no member: it does not live across a yield
        SB_BEGIN(co);
        for (; left > 0 && (element = source.next()) != nullptr; --left) {
            SB_YIELD(pass_on<Source>(*element));
        }
        SB_END();
    }
};

} // namespace detail

template <class S>
auto take(std::size_t count, S&& source) {
    return make<detail::taking<detail::source_of<S>>>(
        count, detail::as_source<S>(static_cast<S&&>(source)));
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
