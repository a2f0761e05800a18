// The values for which a predicate is true.
//
//     SB_FOR_AWAIT (user, sb::async_filter(&user::is_online, users)) …
//     SB_FOR_AWAIT (user, sb::async_filter(ask_server_whether_online, users)) …   // a frame that returns a bool
//
// The predicate is called with the value, an lvalue, and is whatever std::invoke takes. If what it returns can
// be awaited, it is.
#pragma once

#include <switchback/detail/async_source.hpp>

#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Predicate, class Source>
using answer_of = std::invoke_result_t<Predicate&, std::remove_reference_t<element_of<Source>>&>;

template <class Predicate, class Source, bool = result_of_call<answer_of<Predicate, Source>>::is_awaited>
struct async_filtering {
    Predicate holds;
    Source source;
    async_cursor_of<Source> each{};

    step operator()(async_yields<element_of<Source>>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            if (std::invoke(holds, *each)) SB_YIELD(pass_on<Source>(*each));
        }
        SB_END();
    }
};

template <class Predicate, class Source>
struct async_filtering<Predicate, Source, true> {
    Predicate holds;
    Source source;
    async_cursor_of<Source> each{};
    bool does_hold = false;

    step operator()(async_yields<element_of<Source>>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            SB_AWAIT_INTO(does_hold, std::invoke(holds, *each));
            if (does_hold) SB_YIELD(pass_on<Source>(*each));
        }
        SB_END();
    }
};

} // namespace detail

template <class Predicate, class S>
auto async_filter(Predicate predicate, S&& source) {
    using filtering = detail::async_filtering<Predicate, detail::async_source_of<S>>;
    return async_generator{filtering{static_cast<Predicate&&>(predicate), static_cast<S&&>(source)}};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
