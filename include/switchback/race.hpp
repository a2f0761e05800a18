// Tasks side by side, of which the first to end decides.
//
//     std::variant<std::monostate, page, std::monostate> first{};   // members of the frame
//     sb::winner<page> quickest{};
//     …
//     SB_AWAIT_INTO(first, sb::race(sb::sleep(1s), fetch{url}, button_pressed{}));   // first.index() tells
//     SB_AWAIT_INTO(quickest, sb::race(mirrors, [](url const& mirror) { return fetch{mirror}; }));
//
// They are taken in turn, each run to its first suspension before the next; where one ends at once, those
// behind it are never begun. The others are cancelled, and awaited: their clean-up has run before the race
// gives its result. An error that decides is raised at the await; the errors that come out of the others'
// clean-up are attached to it (see <switchback/attached.hpp>). Where a value has decided, these go to the
// handler of <switchback/unhandled.hpp>; results that come too late are destroyed. To cancel or release the
// awaiting task cancels all: none outlives the await.
//
// A future given as an lvalue is let go of rather than cancelled: its task goes on where others hold it.
#pragma once

#include <switchback/detail/joining.hpp>

#include <tuple>
#include <variant>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Who of many has won, counted from the first, and what with.
template <class T = void>
struct winner {
    std::size_t index;
    T value;
};
template <>
struct winner<void> {
    std::size_t index = 0;
};

namespace detail {

template <class Results>
struct race_result;

template <class... R>
struct race_result<pack_of<R...>> {
    static constexpr auto rule = decided_by::first_end;
    using type = std::variant<or_monostate<R>...>;

    static type collect(branches& ended) { return collect_at<0>(ended, ended.place_of_winner()); }

private:
    template <std::size_t I>
    static type collect_at(branches& ended, std::size_t index) {
        if constexpr (I + 1 < sizeof...(R)) {
            if (index != I) return collect_at<I + 1>(ended, index);
        }
        using result = std::tuple_element_t<I, std::tuple<R...>>;
        if constexpr (std::is_void_v<result>) {
            return type(std::in_place_index<I>);
        } else {
            return type(std::in_place_index<I>, std::move(branch_result<result>(ended.winner())));
        }
    }
};

template <class R>
struct race_result<many_of<R>> {
    static constexpr auto rule = decided_by::first_end;
    using type = winner<R>;

    static type collect(branches& ended) {
        if constexpr (std::is_void_v<R>) {
            return {ended.place_of_winner()};
        } else {
            return {ended.place_of_winner(), std::move(branch_result<R>(ended.winner()))};
        }
    }
};

} // namespace detail

// Awaits the first. Of a pack, the result is a std::variant whose index tells which it was, with a
// std::monostate where that one has no result; of a range and a function, or of a generator, it is an
// sb::winner. A range of nothing is misuse. One node for each task. What the user's code throws while it
// makes one decides, as a task's error does. Python: asyncio.wait with FIRST_COMPLETED.
template <class... A>
auto race(A&&... what) {
    if constexpr (detail::kind_of_source<A&&...>() != detail::source_kind::none) {
        return detail::join_all<detail::race_result>(detail::no_limit, static_cast<A&&>(what)...);
    } else {
        static_assert(detail::always_false<std::tuple<A...>>,
            "sb::race takes awaitables; or a range and a function that makes one of each element; or a "
            "generator of them");
    }
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
