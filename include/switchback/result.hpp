// Errors as values: for programs without exceptions (-fno-exceptions), and for those that like them.
//
//     struct load_product {
//         product_id id;
//         std::string page{};
//         sb::step operator()(sb::returns<sb::result<product>>& co) {
//             SB_BEGIN(co);
//             if (!id) SB_RETURN(sb::failed{std::errc::invalid_argument});
//             SB_AWAIT_OK_INTO(page, sb::offload(fetch, id));   // fetch gives a result<std::string>
//             SB_RETURN(product{page});
//             SB_END();
//         }
//     };
//
//     SB_AWAIT_OK(awaitable);              awaits what gives an sb::result; an error in it is
//     SB_AWAIT_OK_INTO(target, awaitable); returned from this body, a value moved into the target
//
// `sb::result<T, E>` holds a T, or an error E; `sb::result<void, E>` an error or none. Its errors are a
// std::error_code unless another type is named. An error that SB_AWAIT_OK returns takes its way through
// every SB_FINALLY, and in a finally takes the place of what was under way, as any SB_RETURN does. There
// are no comparisons of results, and no conversions between results of different types. Rust: Result and
// `?`; C++23: std::expected.
#pragma once

#include <switchback/body.hpp>
#include <switchback/detail/await.hpp>

#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T, class E = std::error_code>
class result;

// What makes a result of an error.
template <class E>
struct failed {
    E error;
};
template <class E>
failed(E) -> failed<E>;

// Success that has no value: SB_RETURN(sb::ok) in a body that returns an sb::result<void>.
struct ok_t {};
inline constexpr ok_t ok{};

// value() of a result that holds an error.
struct result_failed : misuse {
    result_failed() : misuse("value() of an sb::result that holds an error") {}
};
// error() of a result that holds none.
struct result_succeeded : misuse {
    result_succeeded() : misuse("error() of an sb::result that holds no error") {}
};

namespace detail {

// A std::errc, and other enumerations of error conditions, as the error_code that they mean.
template <class E, class G, class = void>
struct means_error : std::false_type {};
template <class E, class G>
struct means_error<E, G, std::void_t<decltype(make_error_code(std::declval<G>()))>>
    : std::is_same<E, std::error_code> {};

// What is not taken for a value, though the value's type be made of anything.
template <class U>
struct is_result_part : std::false_type {};
template <class U>
struct is_result_part<U&> : is_result_part<std::remove_cv_t<U>> {};
template <class U>
struct is_result_part<U const> : is_result_part<U> {};
template <class E>
struct is_result_part<failed<E>> : std::true_type {};
template <class T, class E>
struct is_result_part<result<T, E>> : std::true_type {};

template <class E, class G>
inline constexpr bool makes_error = std::is_constructible_v<E, G&&> || means_error<E, G>::value;

} // namespace detail

template <class T, class E>
class [[nodiscard]] result {
    static_assert(std::is_object_v<T>, "sb::result<T>: T is an object or void; give a pointer for a reference");

public:
    using value_type = T;
    using error_type = E;

    template <class U = T, class = std::enable_if_t<std::is_convertible_v<U&&, T> && !detail::is_result_part<U>::value>>
    result(U&& value) : held_(std::in_place_index<0>, static_cast<U&&>(value)) {}
    template <class G, class = std::enable_if_t<detail::makes_error<E, G>>>
    result(failed<G> because) : held_(std::in_place_index<1>, make_error(static_cast<G&&>(because.error))) {}

    bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    // The value, which must be there.
    T& operator*() & noexcept { return *std::get_if<0>(&held_); }
    T const& operator*() const& noexcept { return *std::get_if<0>(&held_); }
    T&& operator*() && noexcept { return static_cast<T&&>(*std::get_if<0>(&held_)); }
    T* operator->() noexcept { return std::get_if<0>(&held_); }
    T const* operator->() const noexcept { return std::get_if<0>(&held_); }

    // The value; a misuse, result_failed, where it is an error.
    T& value() & { return check_value(), **this; }
    T const& value() const& { return check_value(), **this; }
    T&& value() && { return check_value(), static_cast<T&&>(**this); }
    template <class U>
    T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(static_cast<U&&>(other));
    }
    template <class U>
    T value_or(U&& other) && {
        return has_value() ? static_cast<T&&>(**this) : static_cast<T>(static_cast<U&&>(other));
    }

    // The error; a misuse, result_succeeded, where there is none.
    E& error() & { return check_error(), *std::get_if<1>(&held_); }
    E const& error() const& { return check_error(), *std::get_if<1>(&held_); }
    E&& error() && { return check_error(), static_cast<E&&>(*std::get_if<1>(&held_)); }

private:
    template <class G>
    static E make_error(G&& given) {
        if constexpr (std::is_constructible_v<E, G&&>) {
            return E(static_cast<G&&>(given));
        } else {
            return make_error_code(given);
        }
    }
    void check_value() const {
        if (!has_value()) detail::raise<result_failed>();
    }
    void check_error() const {
        if (held_.index() != 1) detail::raise<result_succeeded>();
    }

    std::variant<T, E> held_;
};

// Success, or an error.
template <class E>
class [[nodiscard]] result<void, E> : public result<std::monostate, E> {
    using base = result<std::monostate, E>;

public:
    using value_type = void;

    result(ok_t) : base(std::monostate{}) {}
    template <class G, class = std::enable_if_t<detail::makes_error<E, G>>>
    result(failed<G> because) : base(static_cast<failed<G>&&>(because)) {}
};

namespace detail {

// What SB_AWAIT_OK does with what it has awaited: true, if that is an error, which is the body's own
// then.
template <class S, class Body, class Result, class Sink>
SB_DETAIL_INLINE bool returns_error(activation const& now, Body& body, Result&& given, Sink&& sink) {
    using type = std::remove_cv_t<std::remove_reference_t<Result>>;
    if constexpr (!is_result<type>::value) {
        static_assert(is_result<type>::value,
            "SB_AWAIT_OK awaits what gives an sb::result; write SB_AWAIT for anything else");
        return false;
    } else if constexpr (!std::is_convertible_v<failed<typename type::error_type>, typename Body::result_type>) {
        static_assert(always_false<Result>,
            "SB_AWAIT_OK: this body must be able to return that error: its context must say "
            "sb::returns<sb::result<T, E>>, with an E that can be made of it");
        return false;
    } else {
        if (!given) {
            keep_earlier_return<S>(now, body);
            body.set_returned(failed<typename type::error_type>{static_cast<Result&&>(given).error()});
            return true;
        }
        sink(static_cast<Result&&>(given));
        return false;
    }
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback

#define SB_DETAIL_AWAIT_OK(macro, sink, ...) \
    do { \
        SB_DETAIL_CHECK(macro); \
        SB_DETAIL_CHECK_TASK(macro); \
        SB_DETAIL_ALONE(sb_one_resume_point_a_line_); \
        [[fallthrough]]; \
    case SB_DETAIL_LABEL: { /* what lives across a yield or await is a member of the frame */ \
        bool sb_is_error = false; \
        if (auto const sb_step = ::switchback::detail::await_at<SB_DETAIL_HERE>( \
                sb_now, sb_body, __LINE__, \
                [&]() -> decltype(auto) { return (__VA_ARGS__); }, \
                [&](auto&& sb_result) { \
                    sb_is_error = ::switchback::detail::returns_error<SB_DETAIL_HERE>( \
                        sb_now, sb_body, static_cast<decltype(sb_result)>(sb_result), sink); \
                }); \
            sb_step != ::switchback::step::returned) \
            return sb_step; \
        if (sb_is_error) \
            return ::switchback::detail::return_from<SB_DETAIL_HERE>(sb_now, sb_body); \
    } \
    } while (false)

#define SB_AWAIT_OK(...) \
    SB_DETAIL_AWAIT_OK("SB_AWAIT_OK", ::switchback::detail::ignore_result{}, __VA_ARGS__)

#define SB_AWAIT_OK_INTO(target, ...) \
    SB_DETAIL_AWAIT_OK( \
        "SB_AWAIT_OK_INTO", \
        [&](auto&& sb_given) { \
            ::switchback::detail::store_result( \
                target, *static_cast<decltype(sb_given)>(sb_given)); \
        }, \
        __VA_ARGS__)
