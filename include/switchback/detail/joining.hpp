// The frame behind run_in_parallel, gather and race: it starts branches, waits until all have ended, and
// makes one result of theirs.
//
// How it does so is said by a template of what the branches result in:
//
//     template <class... R> struct how<pack_of<R...>> {
//         static constexpr decided_by rule = …;
//         using type = …;                           // the result, or void
//         static type collect(branches& ended);     // unless it is void
//     };
//     template <class R> struct how<many_of<R>> …
#pragma once

#include <switchback/at_most.hpp>
#include <switchback/detail/branch_sources.hpp>
#include <switchback/detail/branches.hpp>

#include <variant>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class R>
using or_monostate = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

template <template <class> class How, class Source>
struct joining_state {
    using how = How<typename Source::results>;

    Source source;
    std::size_t limit;
    branches running{how::rule};

    // What the user's code throws while it makes the next one is an error like a branch's.
    bool start_next(node& owner) noexcept {
        if (running.stopping()) return false;
        SB_DETAIL_TRY {
            if (!source.find_next()) return false;
            source.start_found(owner, running);
            return true;
        }
        SB_DETAIL_CATCH_ALL {
            running.fail_with_current();
            return false;
        }
    }
    // None has been started, and nothing has come in the way.
    bool had_nothing() const noexcept { return running.none() && !running.stopping(); }
};

template <template <class> class How, class Source, class R = typename How<typename Source::results>::type>
struct [[nodiscard]] joining : joining_state<How, Source> {
    step operator()(returns<R>& co);
};
template <template <class> class How, class Source>
struct [[nodiscard]] joining<How, Source, void> : joining_state<How, Source> {
    step operator()(returns<void>& co);
};

template <template <class> class How, class Source, class R>
step joining<How, Source, R>::operator()(returns<R>& co) {
    SB_BEGIN(co);
    while (this->start_next(access::body(co))) {
        SB_AWAIT(room_for_branch{this->running, this->limit});
    }
    if constexpr (How<typename Source::results>::rule == decided_by::first_end) {
        if (this->had_nothing()) raise<misuse>("sb::race of nothing: nobody could win");
    }
    SB_AWAIT(end_of_branches{this->running});
    SB_RETURN(joining_state<How, Source>::how::collect(this->running));
    SB_END();
}

template <template <class> class How, class Source>
step joining<How, Source, void>::operator()(returns<void>& co) {
    SB_BEGIN(co);
    while (this->start_next(access::body(co))) {
        SB_AWAIT(room_for_branch{this->running, this->limit});
    }
    SB_AWAIT(end_of_branches{this->running});
    SB_END();
}

template <template <class> class How, class... A>
auto join_all(std::size_t limit, A&&... what) {
    auto source = make_source(static_cast<A&&>(what)...);
    return joining<How, decltype(source)>{{std::move(source), limit}};
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
