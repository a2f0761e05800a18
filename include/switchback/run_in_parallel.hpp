// Tasks side by side, and one await for all of them.
//
//     SB_AWAIT(sb::run_in_parallel(load_sounds{}, load_textures{}));
//     SB_AWAIT_INTO(pages, sb::run_in_parallel(urls, [](url const& u) { return fetch{u}; }));
//     SB_AWAIT(sb::run_in_parallel(sb::at_most{16}, tasks_for_a_million_urls{}));   // a generator
//
// Each element is taken when there is room for it, and run to its first suspension before the next
// is taken. The results come in the order of the arguments. The first failure cancels the others,
// waits for their clean-up, and is raised at the await; an error that comes out of that clean-up goes
// to the handler of <switchback/unhandled.hpp>. To cancel or release the awaiting task does the same
// to all: none outlives the await.
//
// What is given as an lvalue (a range, a generator) is borrowed, and must live until the end of the
// await: a member of the awaiting frame does. (Do not add to a borrowed vector meanwhile: a generator
// is for what grows.) What is given as an rvalue is moved in.
#pragma once

#include <switchback/detail/branches.hpp>
#include <switchback/start.hpp>
#include <switchback/yield_from.hpp>

#include <iterator>
#include <limits>
#include <tuple>
#include <variant>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// How many may run at once. Zero is misuse.
struct at_most {
    explicit at_most(std::size_t limit) : count(limit) {
        if (limit == 0) detail::raise<misuse>("sb::at_most{0}: nothing could ever run");
    }
    std::size_t count;
};

namespace detail {

constexpr std::size_t no_limit = (std::numeric_limits<std::size_t>::max)();

// A source gives the awaitables, one at a time, and makes the result of all of theirs:
//
//     using result_type = …;
//     bool start_next(node& owner, branches& into);     // false: there is no other
//     result_type collect(branches& ended);            // unless result_type is void

template <class Source>
struct [[nodiscard]] parallel {
    using result_type = typename Source::result_type;

    Source source;
    std::size_t limit = no_limit;
    branches running{};

    step operator()(returns<result_type>& co);

    // What the user's code throws while it makes the next one is an error like a branch's.
    bool start_next(node& owner) noexcept {
        if (running.stopping()) return false;
        SB_DETAIL_TRY { return source.start_next(owner, running); }
        SB_DETAIL_CATCH_ALL {
            running.fail_with_current();
            return false;
        }
    }
};

template <class Source>
struct [[nodiscard]] parallel_of_nothing : parallel<Source> {
    step operator()(returns<void>& co);
};

template <class Source>
step parallel<Source>::operator()(returns<result_type>& co) {
    SB_BEGIN(co);
    while (start_next(access::body(co))) {
        SB_AWAIT(room_for_branch{running, limit});
    }
    SB_AWAIT(end_of_branches{running});
    SB_RETURN(source.collect(running));
    SB_END();
}

template <class Source>
step parallel_of_nothing<Source>::operator()(returns<void>& co) {
    SB_BEGIN(co);
    while (this->start_next(access::body(co))) {
        SB_AWAIT(room_for_branch{this->running, this->limit});
    }
    SB_AWAIT(end_of_branches{this->running});
    SB_END();
}

template <class Source>
using parallel_frame = std::conditional_t<std::is_void_v<typename Source::result_type>,
    parallel_of_nothing<Source>, parallel<Source>>;

template <class A>
void start_branch(node& owner, branches& into, A&& awaitable) {
    auto& home = *owner.home;
    home.check_open();
    constexpr bool keeps_result = !std::is_void_v<result_of<A>>;
    into.start(owner, make_root_node(home.memory, static_cast<A&&>(awaitable)), keeps_result);
}

template <class R>
R take_branch_result(node& branch) {
    return std::move(static_cast<result_state<R>&>(static_cast<task_state&>(branch)).result());
}

// ---- A pack of awaitables, of different types perhaps

template <class R>
using or_monostate = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

template <class... A>
class pack_source {
public:
    using result_type = std::conditional_t<(std::is_void_v<result_of<A>> && ...), void,
        std::tuple<or_monostate<result_of<A>>...>>;

    explicit pack_source(A&&... awaitables) : all_(static_cast<A&&>(awaitables)...) {}

    bool start_next(node& owner, branches& into) {
        return start(owner, into, next_++, std::index_sequence_for<A...>{});
    }
    auto collect(branches& ended) {
        std::vector<node*> nodes;
        ended.visit([&](node& branch) { nodes.push_back(&branch); });
        return collect_from(nodes.data(), std::index_sequence_for<A...>{});
    }

private:
    template <std::size_t... I>
    bool start(node& owner, branches& into, std::size_t index, std::index_sequence<I...>) {
        return ((index == I && (start_branch(owner, into, std::get<I>(std::move(all_))), true)) || ...);
    }
    template <std::size_t... I>
    auto collect_from(node* const* next, std::index_sequence<I...>) {
        return std::tuple<or_monostate<result_of<A>>...>{take<result_of<A>>(next)...};
    }
    template <class R>
    or_monostate<R> take(node* const*& next) {
        if constexpr (std::is_void_v<R>) {
            return {};
        } else {
            return take_branch_result<R>(**next++);
        }
    }

    std::tuple<std::decay_t<A>...> all_;
    std::size_t next_ = 0;
};

// ---- Many awaitables of one type

template <class R>
struct many_results {
    using result_type = std::vector<R>;
    static result_type collect(branches& ended) {
        result_type results;
        ended.visit([&](node& branch) { results.push_back(take_branch_result<R>(branch)); });
        return results;
    }
};
template <>
struct many_results<void> {
    using result_type = void;
};

// What was given as an lvalue is referred to, what was given as an rvalue is held.
template <class T>
class held_or_borrowed {
public:
    explicit held_or_borrowed(T&& given) : held_(static_cast<T&&>(given)) {}
    T& get() noexcept { return held_; }

private:
    T held_;
};
template <class T>
class held_or_borrowed<T&> {
public:
    explicit held_or_borrowed(T& given) noexcept : borrowed_(&given) {}
    T& get() noexcept { return *borrowed_; }

private:
    T* borrowed_;
};

template <class Range, class Function>
class range_source
    : public many_results<
          result_of<std::invoke_result_t<Function&, decltype(*std::begin(std::declval<Range&>()))>>> {
public:
    range_source(Range&& range, Function function)
        : range_(static_cast<Range&&>(range)), function_(std::move(function)) {}

    bool start_next(node& owner, branches& into) {
        if (!at_) { // now that the frame stays where it is
            at_.emplace(std::begin(range_.get()));
            end_.emplace(std::end(range_.get()));
        } else {
            ++*at_; // only now is there room for it: the range may be one that works
        }
        if (!(*at_ != *end_)) return false;
        start_branch(owner, into, function_(**at_));
        return true;
    }

private:
    held_or_borrowed<Range> range_;
    Function function_;
    std::optional<decltype(std::begin(std::declval<Range&>()))> at_;
    std::optional<decltype(std::end(std::declval<Range&>()))> end_;
};

template <class Generator>
class generator_source
    : public many_results<result_of<typename plain<Generator>::value_type>> {
public:
    explicit generator_source(Generator&& tasks) : tasks_(static_cast<Generator&&>(tasks)) {}

    bool start_next(node& owner, branches& into) {
        auto* const next = tasks_.get().next();
        if (next == nullptr) return false;
        start_branch(owner, into, std::move(*next));
        return true;
    }

private:
    held_or_borrowed<Generator> tasks_;
};

template <class First, class... Rest>
auto parallel_from(std::size_t limit, First&& first, Rest&&... rest) {
    using given = plain<First>;
    if constexpr (is_generator<given>::value && sizeof...(Rest) == 0) {
        using source = generator_source<First>;
        return parallel_frame<source>{source(static_cast<First&&>(first)), limit};
    } else if constexpr (is_generator_frame<given>::value && sizeof...(Rest) == 0) {
        using source = generator_source<generator<given>>;
        return parallel_frame<source>{
            source(generator<given>(static_cast<First&&>(first))), limit};
    } else if constexpr (is_awaitable<First&&>::value) {
        (check_awaitable<First&&>(), ..., check_awaitable<Rest&&>());
        using source = pack_source<First, Rest...>;
        return parallel_frame<source>{
            source(static_cast<First&&>(first), static_cast<Rest&&>(rest)...), limit};
    } else if constexpr (sizeof...(Rest) == 1) {
        using source = range_source<First, std::decay_t<Rest>...>;
        return parallel_frame<source>{
            source(static_cast<First&&>(first), static_cast<Rest&&>(rest)...), limit};
    } else {
        static_assert(always_false<First>,
            "sb::run_in_parallel takes awaitables; or a range and a function that makes one of each "
            "element; or a generator of them");
    }
}

} // namespace detail

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
