// Where the branches of run_in_parallel and its kin come from: a pack of awaitables, a range and a function
// that makes one of each element, or a generator of them.
//
// A source gives the awaitables, one at a time:
//
//     using results = pack_of<R...>, or many_of<R>;
//     bool find_next();                        // false: there is no other
//     void start_found(node& owner, Into& into);
//
// What is given as an lvalue (a range, a generator) is borrowed, what is given as an rvalue is moved in.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/start.hpp>
#include <switchback/yield_from.hpp>

#include <iterator>
#include <tuple>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// What the branches result in.
template <class... R>
struct pack_of {};
template <class R>
struct many_of {};

// A node of its own for a branch, handed to who runs them: unless the making of the awaitable, which is the
// user's code, has brought about that nothing more is to be started.
template <class Into, class A>
void start_branch(node& owner, Into& into, A&& awaitable) {
    auto& home = *owner.home;
    home.check_not_over(); // a clean-up may want it while the scheduler closes
    if (into.stopping()) return;
    constexpr bool has_result = !std::is_void_v<result_of<A>>;
    into.start(owner, make_root_node(home.memory, static_cast<A&&>(awaitable)), has_result);
}

template <class R>
R& branch_result(node& branch) noexcept {
    return static_cast<result_state<R>&>(static_cast<task_state&>(branch)).result();
}

// ---- A pack of awaitables, of different types perhaps

template <class... A>
class pack_source {
public:
    using results = pack_of<result_of<A>...>;

    explicit pack_source(A&&... awaitables) : all_(static_cast<A&&>(awaitables)...) {}

    bool find_next() noexcept { return next_ < sizeof...(A); }
    template <class Into>
    void start_found(node& owner, Into& into) {
        start(owner, into, next_++, std::index_sequence_for<A...>{});
    }

private:
    template <class Into, std::size_t... I>
    void start(node& owner, Into& into, std::size_t index, std::index_sequence<I...>) {
        (void)((index == I && (start_branch(owner, into, std::get<I>(std::move(all_))), true)) || ...);
    }

    std::tuple<std::decay_t<A>...> all_;
    std::size_t next_ = 0;
};

// ---- Many awaitables of one type

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
using made_of_element = std::invoke_result_t<Function&, decltype(*std::begin(std::declval<Range&>()))>;

template <class Range, class Function>
class range_source {
public:
    using results = many_of<result_of<made_of_element<Range, Function>>>;

    range_source(Range&& range, Function function)
        : range_(static_cast<Range&&>(range)), function_(std::move(function)) {}

    bool find_next() {
        if (!at_) { // now that the frame stays where it is
            at_.emplace(std::begin(range_.get()));
            end_.emplace(std::end(range_.get()));
        } else {
            ++*at_; // only now is there room for it: the range may be one that works
        }
        return *at_ != *end_;
    }
    template <class Into>
    void start_found(node& owner, Into& into) {
        start_branch(owner, into, function_(**at_));
    }

private:
    held_or_borrowed<Range> range_;
    Function function_;
    std::optional<decltype(std::begin(std::declval<Range&>()))> at_;
    std::optional<decltype(std::end(std::declval<Range&>()))> end_;
};

template <class Generator>
class generator_source {
public:
    using results = many_of<result_of<typename plain<Generator>::value_type>>;

    explicit generator_source(Generator&& tasks) : tasks_(static_cast<Generator&&>(tasks)) {}

    bool find_next() {
        found_ = tasks_.get().next();
        return found_ != nullptr;
    }
    template <class Into>
    void start_found(node& owner, Into& into) {
        start_branch(owner, into, std::move(*found_));
    }

private:
    held_or_borrowed<Generator> tasks_;
    std::remove_reference_t<decltype(*std::declval<plain<Generator>&>().next())>* found_ = nullptr;
};

// ---- Which of them the arguments are

enum class source_kind { none, pack, range, generator, generator_frame };

template <class Range, class Function, class = void>
struct makes_awaitables : std::false_type {};
template <class Range, class Function>
struct makes_awaitables<Range, Function, std::void_t<made_of_element<Range, Function>>>
    : is_awaitable<made_of_element<Range, Function>> {};

template <class... A>
constexpr std::enable_if_t<sizeof...(A) == 0, source_kind> kind_of_source() {
    return source_kind::none;
}
template <class First, class... Rest>
constexpr source_kind kind_of_source() {
    if constexpr (is_generator<plain<First>>::value && sizeof...(Rest) == 0) {
        return source_kind::generator;
    } else if constexpr (is_generator_frame<plain<First>>::value && sizeof...(Rest) == 0) {
        return source_kind::generator_frame;
    } else if constexpr (is_awaitable<First>::value) {
        return source_kind::pack;
    } else if constexpr (sizeof...(Rest) == 1) {
        return makes_awaitables<First, std::decay_t<Rest>...>::value ? source_kind::range : source_kind::none;
    } else {
        return source_kind::none;
    }
}

template <class First, class... Rest>
auto make_source(First&& first, Rest&&... rest) {
    constexpr auto kind = kind_of_source<First&&, Rest&&...>();
    if constexpr (kind == source_kind::generator) {
        return generator_source<First>(static_cast<First&&>(first));
    } else if constexpr (kind == source_kind::generator_frame) {
        using made = generator<plain<First>>;
        return generator_source<made>(made(static_cast<First&&>(first)));
    } else if constexpr (kind == source_kind::pack) {
        (check_awaitable<First&&>(), ..., check_awaitable<Rest&&>());
        return pack_source<First, Rest...>(static_cast<First&&>(first), static_cast<Rest&&>(rest)...);
    } else {
        return range_source<First, std::decay_t<Rest>...>(
            static_cast<First&&>(first), static_cast<Rest&&>(rest)...);
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
