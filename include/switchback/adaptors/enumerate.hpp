// Each element with its number, as a std::pair.
//
//     for (auto& [i, line] : sb::enumerate(lines, 1)) std::cout << i << ": " << line << '\n';
//
// Python: enumerate.
#pragma once

#include <switchback/detail/source.hpp>
#include <switchback/make.hpp>

#include <cstddef>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Source>
struct numbering {
    using numbered = std::pair<std::size_t, element_of<Source>>;

    Source source;
    std::size_t number;

    step operator()(yields<numbered>& co) {
        pointer_to_element_of<Source> element; // no member: it does not live across a yield
        SB_BEGIN(co);
        for (; (element = source.next()) != nullptr; ++number) {
            SB_YIELD(numbered(number, pass_on<Source>(*element)));
        }
        SB_END();
    }
};

} // namespace detail

template <class S>
auto enumerate(S&& source, std::size_t first = 0) {
    return make<detail::numbering<detail::source_of<S>>>(
        detail::as_source<S>(static_cast<S&&>(source)), first);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
