// What a function makes of each value.
//
//     SB_FOR_AWAIT (page, sb::async_map(fetch_page, links{})) …      // a frame: each is awaited in its turn
//     SB_FOR_AWAIT (name, sb::async_map(&person::name, people)) …
//
// The function is whatever std::invoke takes. It is called with the values as the source yields them:
// lvalues where that yields references, else rvalues. If what it returns can be awaited, it is, and its
// result is yielded; else it is yielded itself, by reference if it is an lvalue.
#pragma once

#include <switchback/detail/async_source.hpp>

#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Function, class Source, bool = call_of<Function, Source>::is_awaited>
struct async_mapping {
    Function function;
    Source source;
    async_cursor_of<Source> each{};

    step operator()(async_yields<typename call_of<Function, Source>::type>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            SB_YIELD(std::invoke(function, pass_on<Source>(*each)));
        }
        SB_END();
    }
};

template <class Function, class Source>
struct async_mapping<Function, Source, true> {
    using result_type = typename call_of<Function, Source>::type;
    static_assert(!std::is_void_v<result_type>, "sb::async_map: what the function returns has no result to yield");

    Function function;
    Source source;
    async_cursor_of<Source> each{};
    std::optional<result_type> result{};

    step operator()(async_yields<result_type>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            SB_AWAIT_INTO(result, std::invoke(function, pass_on<Source>(*each)));
            SB_YIELD(std::move(*result));
        }
        SB_END();
    }
};

} // namespace detail

template <class Function, class S>
auto async_map(Function function, S&& source) {
    using mapping = detail::async_mapping<Function, detail::async_source_of<S>>;
    return async_generator{mapping{static_cast<Function&&>(function), static_cast<S&&>(source)}};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
