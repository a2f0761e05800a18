// Tasks side by side, and one await for all of them.
//
//     SB_AWAIT(sb::run_in_parallel(load_sounds{}, load_textures{}));
//     SB_AWAIT_INTO(pages, sb::run_in_parallel(urls, [](url const& u) { return fetch{u}; }));
//     SB_AWAIT(sb::run_in_parallel(sb::at_most{16}, tasks_for_a_million_urls{}));   // a generator
//
// Each element is taken when there is room for it, and run to its first suspension before the next
// is taken. The results come in the order of the arguments. The first failure cancels the others,
// waits for their clean-up, and is raised at the await; errors that come out of that clean-up are
// attached to it (see <switchback/attached.hpp>), an sb::cancelled is none. To cancel or release the
// awaiting task cancels all, too: none outlives the await. Errors that such a request overtakes go to
// the handler of <switchback/unhandled.hpp>.
//
// What is given as an lvalue (a range, a generator) is borrowed, and must live until the end of the
// await: a member of the awaiting frame does. (Do not add to a borrowed vector meanwhile: a generator
// is for what grows.) What is given as an rvalue is moved in.
//
// Every outcome, failures too, is what sb::gather gives; the first result alone, sb::race; results as
// they come, sb::as_completed.
#pragma once

#include <switchback/at_most.hpp>
#include <switchback/detail/joining.hpp>

#include <tuple>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Results>
struct parallel_results;

template <class... R>
struct parallel_results<pack_of<R...>> {
    static constexpr auto rule = decided_by::first_failure;
    using type = std::conditional_t<(std::is_void_v<R> && ...), void, std::tuple<or_monostate<R>...>>;

    static type collect(branches& ended) {
        std::vector<node*> nodes;
        ended.visit([&](node& branch) { nodes.push_back(&branch); });
        [[maybe_unused]] node* const* next = nodes.data();
        return type{take<R>(next)...};
    }

private:
    template <class R_>
    static or_monostate<R_> take(node* const*& next) {
        if constexpr (std::is_void_v<R_>) {
            return {};
        } else {
            return std::move(branch_result<R_>(**next++));
        }
    }
};

template <class R>
struct parallel_results<many_of<R>> {
    static constexpr auto rule = decided_by::first_failure;
    using type = std::vector<R>;

    static type collect(branches& ended) {
        type results;
        ended.visit([&](node& branch) { results.push_back(std::move(branch_result<R>(branch))); });
        return results;
    }
};
template <>
struct parallel_results<many_of<void>> {
    static constexpr auto rule = decided_by::first_failure;
    using type = void;
};

template <class... A>
auto parallel_from([[maybe_unused]] std::size_t limit, A&&... what) {
    if constexpr (kind_of_source<A&&...>() != source_kind::none) {
        return join_all<parallel_results>(limit, static_cast<A&&>(what)...);
    } else {
        static_assert(always_false<std::tuple<A...>>,
            "sb::run_in_parallel takes awaitables; or a range and a function that makes one of each "
            "element; or a generator of them");
    }
}

} // namespace detail

// Awaits all. Of a pack, the result is a std::tuple, with a std::monostate where there is none; of the other
// forms, a std::vector, which is filled by moving; where no task has a result, there is none. One node for
// each that runs or whose result is kept; to start and to end one takes constant time. What the user's code
// throws while it makes one is a failure like a task's, and what moving a result throws is raised at the
// await. Python: asyncio.gather, but that the others are cancelled.
template <class... A>
auto run_in_parallel(A&&... what) {
    return detail::parallel_from(detail::no_limit, static_cast<A&&>(what)...);
}

template <class... A>
auto run_in_parallel(at_most limit, A&&... what) {
    return detail::parallel_from(limit.count, static_cast<A&&>(what)...);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
