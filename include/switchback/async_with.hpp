// A block that is entered, or left, by waiting.
//
//     std::optional<sb::move_on_after> limit{};                 // a member of the frame
//     …
//     SB_ASYNC_WITH(limit, sb::move_on_after(5s)) {
//         SB_AWAIT(ask_server{});                               // cancelled after five seconds
//     } SB_END_WITH
//
// What stands behind the member is either a scope (a time limit, a sb::task_group): it is open for the
// length of the block, and the member keeps it until it is filled again, so that it can be asked how the
// block has ended. Or something to be awaited: the member is filled with its result, and emptied on every
// way out, as by SB_WITH. Where that is not to be had, the block is not entered.
//
// In a task alone; no SB_YIELD may stand within a scope (PEP 789): whoever iterates would be cancelled in
// its place. Python: async with.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/detail/cancel_scope.hpp>
#include <switchback/with.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// The key to the library's side of time limits and task groups: their member `scope_`, which has
//
//     bool begin_to_leave(node& self, failure* leaving);   // true: the task is to wait
//     scope_end leave(node& self, failure* leaving);       // after that
//
// `leaving` is the exception that leaves the block, or null.
struct scope_access {
    template <class T>
    static auto& of(T& scope) noexcept {
        return scope.scope_;
    }
    template <class T>
    static typename T::scope_type* known(T*);
};

#if SB_DETAIL_EXCEPTIONS

template <class T>
struct is_scope<T, std::void_t<decltype(scope_access::known(static_cast<T*>(nullptr)))>> : std::true_type {};

// The block of a member of that type.
template <class Resource, class = void>
struct kind_of_block : std::integral_constant<block, block::holding> {};
template <class Resource>
struct kind_of_block<Resource, std::enable_if_t<is_scope<typename Resource::value_type>::value>>
    : std::integral_constant<block, block::scoping> {};

template <class S, class Body, class Resource, class Make>
SB_DETAIL_INLINE step enter_async_with(activation& now, Body& body, Resource& resource, Make make) {
    static_assert(is_optional<Resource>::value, "SB_ASYNC_WITH takes a member that is a std::optional");
    if constexpr (!Body::is_task || !is_optional<Resource>::value) {
        return step::failed; // which has been said
    } else if constexpr (is_scope<typename Resource::value_type>::value) {
        if (resource && scope_access::of(*resource).is_open()) {
            raise<misuse>("SB_ASYNC_WITH: this member belongs to a block that has not ended yet");
        }
        resource.emplace(make());
        scope_access::of(*resource).open(body);
        return step::returned;
    } else {
        auto const store = [&](auto&& result) { resource.emplace(static_cast<decltype(result)>(result)); };
        return await_at<S>(now, body, S::line_of(enter_mark), make, store);
    }
}

// The task waits at the end of the block, if it has to; then it goes on with what becomes of the exception.
template <class S, class Body, class Resource>
step leave_scope(activation& now, Body& body, Resource& resource) {
    auto* const leaving = body.record_at(S::depth);
    auto* const error = leaving == nullptr ? nullptr : &leaving->what;
    if (now.target == 0) {
        if (!resource || !scope_access::of(*resource).is_open()) return step::returned; // never entered
        body.path = path_at<S>(now, S::line_of(leave_mark));
        if (scope_access::of(*resource).begin_to_leave(body, error)) return step::suspended;
    } else {
        land<S>(now); // a request that has come meanwhile is the scope's to take
    }
    switch (scope_access::of(*resource).leave(body, error)) {
    case scope_end::as_it_was: break;
    case scope_end::swallowed: body.drop(S::depth); break;
    case scope_end::raised: return fail_at_await<S>(now, body);
    }
    return step::returned;
}

#endif

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#if SB_DETAIL_EXCEPTIONS

#    define SB_DETAIL_REST(first, ...) __VA_ARGS__

#    define SB_ASYNC_WITH(...) \
        SB_DETAIL_ENTER_TRY("SB_ASYNC_WITH") \
        SB_DETAIL_CHECK_TASK("SB_ASYNC_WITH"); \
        SB_DETAIL_LOCALS_BEGIN \
        auto& sb_resource = (SB_DETAIL_FIRST(__VA_ARGS__)); \
        SB_DETAIL_LOCALS_END \
        SB_DETAIL_OPEN_TRY((::switchback::detail::kind_of_block<std::decay_t<decltype(sb_resource)>>::value)) \
        [[fallthrough]]; \
    case SB_DETAIL_HERE::label_of(::switchback::detail::enter_mark): \
        if (auto const sb_step = ::switchback::detail::enter_async_with<SB_DETAIL_HERE>( \
                sb_now, sb_body, sb_resource, \
                [&]() -> decltype(auto) { return (SB_DETAIL_REST(__VA_ARGS__)); }); \
            sb_step != ::switchback::step::returned) \
            return sb_step;

#else

#    define SB_ASYNC_WITH(...) \
        SB_DETAIL_NEEDS_EXCEPTIONS("SB_ASYNC_WITH"); \
        {

#endif
