// A resource for the length of a block, across yields and awaits.
//
//     std::optional<std::unique_lock<std::mutex>> lock{};      // a member of the frame
//     …
//     SB_WITH(lock, mutex) {                                   // lock.emplace(mutex)
//         SB_YIELD(value);
//     } SB_END_WITH                                            // lock.reset()
//
// The member is an optional. It is filled when the block is entered, and emptied on every way out of
// it: the end, break, continue, SB_RETURN, an exception, close() and the destruction of the frame.
//
// Where the object has a member `bool exit(std::exception_ptr)`, that is called first: with the
// exception that leaves the block, or null. If it returns true the exception is swallowed, and the
// body goes on behind SB_END_WITH. Python: the with statement.
#pragma once

#include <switchback/try.hpp>

#include <optional>

#if SB_DETAIL_EXCEPTIONS

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T, class = void>
struct has_exit : std::false_type {};
template <class T>
struct has_exit<T, std::void_t<decltype(std::declval<T&>().exit(std::exception_ptr()))>>
    : std::true_type {};

template <class Resource, class... A>
SB_DETAIL_INLINE void fill(Resource& resource, A&&... arguments) {
    static_assert(is_optional<Resource>::value, "SB_WITH takes a member that is a std::optional");
    if constexpr (is_optional<Resource>::value) resource.emplace(static_cast<A&&>(arguments)...);
}

// What is left by waiting, perhaps: see <switchback/async_with.hpp>.
template <class T, class = void>
struct is_scope : std::false_type {};
template <class S, class Body, class Scope>
step leave_scope(activation& now, Body& body, Scope& scope);

// The block is left, and with it the resource, unless it could not be had in the first place.
template <class S, class Resource>
void leave_at_once(control& body, Resource& resource) {
    if (!resource) return;
    struct emptying {
        Resource& resource;
        ~emptying() { resource.reset(); }
    } const at_the_end{resource};
    if constexpr (has_exit<typename Resource::value_type>::value) {
        auto const* const leaving = body.record_at(S::depth);
        bool const swallow = resource->exit(leaving == nullptr ? nullptr : leaving->what.error);
        if (swallow && leaving != nullptr) body.drop(S::depth);
    }
}

template <class S, class Body, class Resource>
SB_DETAIL_INLINE step leave_with(activation& now, Body& body, Resource& resource) {
    if constexpr (!is_optional<Resource>::value) {
        return step::returned; // which has been said
    } else if constexpr (is_scope<typename Resource::value_type>::value && !Body::is_task) {
        return step::failed; // this, too
    } else if constexpr (is_scope<typename Resource::value_type>::value) {
        return leave_scope<S>(now, body, resource);
    } else {
        leave_at_once<S>(body, resource);
        return step::returned;
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#    define SB_DETAIL_FIRST_(first, ...) first
#    define SB_DETAIL_FIRST(...) SB_DETAIL_FIRST_(__VA_ARGS__, ~)

#    define SB_WITH(...) \
        SB_DETAIL_ENTER_TRY("SB_WITH") \
        SB_DETAIL_LOCALS_BEGIN \
        auto& sb_resource = (SB_DETAIL_FIRST(__VA_ARGS__)); \
        SB_DETAIL_LOCALS_END \
        SB_DETAIL_OPEN_TRY(::switchback::detail::block::holding) \
        ::switchback::detail::fill(__VA_ARGS__);

#    define SB_END_WITH \
        static_assert(SB_DETAIL_HERE::kind == ::switchback::detail::block::holding || \
                          SB_DETAIL_HERE::kind == ::switchback::detail::block::scoping, \
            "SB_END_WITH closes the block of an SB_WITH or SB_ASYNC_WITH"); \
        SB_DETAIL_FINALLY \
        [[fallthrough]]; \
    case SB_DETAIL_HERE::label_of(::switchback::detail::leave_mark): \
        if (auto const sb_step = ::switchback::detail::leave_with<SB_DETAIL_HERE>( \
                sb_now, sb_body, sb_resource); \
            sb_step != ::switchback::step::returned) \
            return sb_step; \
        SB_END_TRY

#else

#    define SB_WITH(...) \
        SB_DETAIL_NEEDS_EXCEPTIONS("SB_WITH"); \
        {
#    define SB_END_WITH }

#endif
