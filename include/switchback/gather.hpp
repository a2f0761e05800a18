// Tasks side by side, and the outcome of each.
//
//     std::vector<sb::outcome<page>> outcomes{};                 // a member of the frame
//     …
//     SB_AWAIT_INTO(outcomes, sb::gather(sb::at_most{16}, urls, [](url const& u) { return fetch{u}; }));
//
// It takes what sb::run_in_parallel takes, in the same three forms, and begins and borrows it alike. But
// each task is by itself: one that fails, or is cancelled, has an outcome of its own, and disturbs no other;
// the await does not fail with it. To cancel or release the awaiting task cancels all, and waits for their
// clean-up: none outlives the await. Errors that such a request overtakes go to the handler of
// <switchback/unhandled.hpp>.
//
// Of futures given as lvalues, it waits and no more: their tasks go on whatever becomes of the wait.
#pragma once

#include <switchback/at_most.hpp>
#include <switchback/detail/joining.hpp>
#include <switchback/outcome.hpp>

#include <tuple>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Its error is copied, and looked at when all are taken: if moving a value throws, it is not lost.
template <class R>
outcome<R> take_outcome(node& branch) {
    if (branch.is(has_failed)) {
#if SB_DETAIL_EXCEPTIONS
        if (auto const* const kept = branch.record_at(0)) {
            return outcome_access::of_failure<R>(copy(kept->what));
        }
        return outcome_access::of_failure<R>(failure{std::make_exception_ptr(cancelled{})});
#else
        return outcome_access::of_failure<R>({});
#endif
    }
    if constexpr (std::is_void_v<R>) {
        return outcome_access::of_value<R>();
    } else {
        return outcome_access::of_value<R>(std::move(branch_result<R>(branch)));
    }
}

template <class Results>
struct gathered_outcomes;

template <class... R>
struct gathered_outcomes<pack_of<R...>> {
    static constexpr auto rule = decided_by::nobody;
    using type = std::tuple<outcome<R>...>;

    static type collect(branches& ended) {
        std::vector<node*> nodes;
        ended.visit([&](node& branch) { nodes.push_back(&branch); });
        auto outcomes = take(nodes.data(), std::index_sequence_for<R...>{});
        for (auto* const each : nodes) each->set(was_looked_at);
        return outcomes;
    }

private:
    template <std::size_t... I>
    static type take(node* const* nodes, std::index_sequence<I...>) {
        return type{take_outcome<R>(*nodes[I])...};
    }
};

template <class R>
struct gathered_outcomes<many_of<R>> {
    static constexpr auto rule = decided_by::nobody;
    using type = std::vector<outcome<R>>;

    static type collect(branches& ended) {
        std::size_t count = 0;
        ended.visit([&](node&) { ++count; });
        type outcomes;
        outcomes.reserve(count);
        ended.visit([&](node& branch) { outcomes.push_back(take_outcome<R>(branch)); });
        ended.visit([](node& branch) { branch.set(was_looked_at); });
        return outcomes;
    }
};

template <class... A>
auto gather_from([[maybe_unused]] std::size_t limit, A&&... what) {
    if constexpr (kind_of_source<A&&...>() != source_kind::none) {
        return join_all<gathered_outcomes>(limit, static_cast<A&&>(what)...);
    } else {
        static_assert(always_false<std::tuple<A...>>,
            "sb::gather takes awaitables; or a range and a function that makes one of each element; or a "
            "generator of them");
    }
}

} // namespace detail

// Awaits all. The result is a std::tuple of sb::outcome, or a std::vector of them, in the order of the
// arguments. One node for each task, until all have ended; to start and to end one takes constant time. What
// the user's code throws while it makes one cancels the others, waits for their clean-up and is raised at the
// await, with the tasks' errors attached (see <switchback/attached.hpp>): there is no task whose outcome it
// could be. What moving a value throws is raised at the await. Python: asyncio.gather with return_exceptions.
template <class... A>
auto gather(A&&... what) {
    return detail::gather_from(detail::no_limit, static_cast<A&&>(what)...);
}

template <class... A>
auto gather(at_most limit, A&&... what) {
    return detail::gather_from(limit.count, static_cast<A&&>(what)...);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
