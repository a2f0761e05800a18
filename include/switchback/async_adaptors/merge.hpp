// The values of several generators, in the order in which they come.
//
//     SB_FOR_AWAIT (message, sb::async_merge(from_server{}, from_user{})) …
//
// All are asked at once, and each again when its value has been taken: so none runs ahead, and a value stays
// where it is until then. Values that are there at the same time come in the order in which they were yielded.
// All yield the same type. It ends with the last of them; the first error of one leaves by it, and closes the
// others (what those raise then is reported as unhandled).
#pragma once

#include <switchback/detail/async_source.hpp>
#include <switchback/future.hpp>
#include <switchback/semaphore.hpp>

#include <memory>
#include <tuple>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Where one of the sources stands.
template <class Y>
struct merged_value {
    std::remove_reference_t<Y>* value = nullptr; // null: it has ended
    bool has_turn = false;
    semaphore taken{0};
};

// Held by all, since the clean-up of a source may last longer than whoever reads.
template <class Y>
struct merge_state {
    explicit merge_state(std::size_t sources) : of(sources) { turns.reserve(sources); }

    std::vector<merged_value<Y>> of;
    std::vector<std::size_t> turns{}; // whose value, or end, has come: each source is there once at most
    semaphore come{0};                // so many of them

    // In a destructor, too: so there is room. One that ends before its value was taken has taken that along.
    void tell(std::size_t index, std::remove_reference_t<Y>* value) {
        of[index].value = value;
        if (std::exchange(of[index].has_turn, true)) return;
        turns.push_back(index);
        come.release();
    }
    std::size_t take_turn() {
        auto const index = turns.front();
        turns.erase(turns.begin());
        of[index].has_turn = false;
        return index;
    }
};

// Takes the values from a source, as a task of its own.
template <class Source>
struct merged_source {
    using state = merge_state<element_of<Source>>;

    struct telling_the_end {
        std::shared_ptr<state> to;
        std::size_t index;

        telling_the_end(std::shared_ptr<state> tell, std::size_t own) noexcept : to(std::move(tell)), index(own) {}
        telling_the_end(telling_the_end&&) noexcept = default;
        telling_the_end& operator=(telling_the_end&&) = delete;
        ~telling_the_end() {
            if (to != nullptr) to->tell(index, nullptr);
        }
    };

    Source source;
    telling_the_end end;
    async_cursor_of<Source> each{};
    semaphore::permit next{};

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            end.to->tell(end.index, SB_DETAIL_ADDRESS_OF(*each));
            SB_AWAIT_INTO(next, end.to->of[end.index].taken.acquire());
            next.detach();
        }
        SB_END();
    }
};

template <class... Sources>
struct async_merging {
    using first = std::tuple_element_t<0, std::tuple<Sources...>>;
    using yield_type = element_of<first>;
    static_assert((std::is_same_v<yield_type, element_of<Sources>> && ...),
        "sb::async_merge: these generators do not yield the same type");

    std::tuple<Sources...> sources;
    std::shared_ptr<merge_state<yield_type>> state{};
    std::vector<future<void>> tasks{};
    semaphore::permit next{};
    std::size_t running = sizeof...(Sources);
    std::size_t at = 0;

    step operator()(async_yields<yield_type>& co) {
        SB_BEGIN(co);
        state = std::make_shared<merge_state<yield_type>>(sizeof...(Sources));
        start_all(co, std::index_sequence_for<Sources...>{});
        while (running > 0) {
            SB_AWAIT_INTO(next, state->come.acquire());
            next.detach();
            at = state->take_turn();
            if (state->of[at].value == nullptr) {
                --running;
                SB_AWAIT(std::move(tasks[at])); // with the error, if it was one
                continue;
            }
            SB_YIELD(pass_on<first>(*state->of[at].value));
            state->of[at].taken.release();
        }
        SB_END();
    }

private:
    template <std::size_t... I>
    void start_all(async_yields<yield_type>& co, std::index_sequence<I...>) {
        tasks.reserve(sizeof...(I));
        (tasks.push_back(co.start(merged_source<Sources>{
             static_cast<Sources&&>(std::get<I>(sources)), {state, I}})),
            ...);
    }
};

} // namespace detail

template <class... S>
auto async_merge(S&&... sources) {
    static_assert(sizeof...(S) > 0, "sb::async_merge takes one generator or more");
    using merging = detail::async_merging<detail::async_source_of<S>...>;
    return async_generator{merging{{static_cast<S&&>(sources)...}}};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
