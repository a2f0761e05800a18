// A value, or none: what a generator's body has returned.
//
//     if (auto const total = sums.take_returned()) std::cout << *total;
//     std::optional<int> kept = sums.close();
//
// It is read as a std::optional is, and converts to a std::optional<T>, which is what to keep it in:
// it is neither assigned nor compared to a std::nullopt or another optional, has no order, and is not
// constexpr. <optional> would make up more than a quarter of what a file that has generators compiles.
#pragma once

#include <switchback/generator_errors.hpp>

#include <new>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// value() of a `maybe` that is empty.
struct no_value : misuse {
    no_value() : misuse("value() of an sb::maybe that holds none") {}
};

namespace detail {

template <class T, bool = std::is_trivially_destructible_v<T>>
struct maybe_storage {
    maybe_storage() noexcept : nothing{} {}

    union {
        char nothing;
        T held;
    };
    bool there = false;
};
template <class T>
struct maybe_storage<T, false> {
    maybe_storage() noexcept : nothing{} {}
    ~maybe_storage() {
        if (there) held.~T();
    }

    union {
        char nothing;
        T held;
    };
    bool there = false;
};

template <class T>
struct maybe_value : maybe_storage<T> {
    maybe_value() = default;
    maybe_value(maybe_value const& other) : maybe_storage<T>() {
        if (other.there) emplace(other.held);
    }
    maybe_value(maybe_value&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : maybe_storage<T>() {
        if (other.there) emplace(static_cast<T&&>(other.held));
    }
    maybe_value& operator=(maybe_value const& other) {
        if (this != &other) take(other.there, other.held);
        return *this;
    }
    maybe_value& operator=(maybe_value&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        if (this != &other) take(other.there, static_cast<T&&>(other.held));
        return *this;
    }
    ~maybe_value() = default;

    template <class... A>
    T& emplace(A&&... arguments) {
        reset();
        auto* const room = const_cast<std::remove_cv_t<T>*>(SB_DETAIL_ADDRESS_OF(this->held));
        ::new (static_cast<void*>(room)) T(static_cast<A&&>(arguments)...);
        this->there = true;
        return this->held;
    }
    void reset() noexcept {
        if (!this->there) return;
        this->there = false;
        this->held.~T();
    }

private:
    template <class U>
    void take(bool is_there, U&& value) {
        if (is_there) {
            emplace(static_cast<U&&>(value));
        } else {
            reset();
        }
    }
};

// Said by another base class, so that `maybe` has just the copying and moving that its T has.
template <bool Copies, bool Moves>
struct may_be_copied {};
template <>
struct may_be_copied<false, true> {
    may_be_copied() = default;
    may_be_copied(may_be_copied const&) = delete;
    may_be_copied(may_be_copied&&) = default;
    may_be_copied& operator=(may_be_copied const&) = delete;
    may_be_copied& operator=(may_be_copied&&) = default;
};
template <>
struct may_be_copied<false, false> {
    may_be_copied() = default;
    may_be_copied(may_be_copied const&) = delete;
    may_be_copied& operator=(may_be_copied const&) = delete;
};

// A target that is emptied where there is no value: std::optional, and what is made like it.
template <class T, class = void>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<T,
    std::void_t<typename T::value_type, decltype(std::declval<T&>().reset()),
        decltype(std::declval<T const&>().has_value())>>
    : std::is_same<decltype(*std::declval<T&>()), typename T::value_type&> {};

// Not an optional of any kind, for which a comparison of values would be looked up without end.
template <class T, class U, bool = is_optional<U>::value>
struct value_comparison {};
template <class T, class U>
struct value_comparison<T, U, false> {
    template <class A, class B>
    using type = decltype(std::declval<A const&>() == std::declval<B const&>());
};
template <class T, class U>
using compared_to_a_value = typename value_comparison<T, U>::template type<T, U>;

} // namespace detail

template <class T>
class maybe : private detail::maybe_value<T>,
              private detail::may_be_copied<std::is_copy_constructible_v<T>, std::is_move_constructible_v<T>> {
public:
    using value_type = T;

    // Destroys a value that is there, and builds one of these.
    using detail::maybe_value<T>::emplace;
    using detail::maybe_value<T>::reset;

    bool has_value() const noexcept { return this->there; }
    // Of a `maybe<bool>` it would be taken for the value, by a std::optional<bool> that is made of one:
    // ask has_value().
    template <class B, std::enable_if_t<std::is_same_v<B, bool> && !std::is_same_v<std::remove_cv_t<T>, bool>, int> = 0>
    explicit operator B() const noexcept {
        return this->there;
    }

    // The value, which must be there.
    T& operator*() & noexcept { return this->held; }
    T const& operator*() const& noexcept { return this->held; }
    T&& operator*() && noexcept { return static_cast<T&&>(this->held); }
    T* operator->() noexcept { return SB_DETAIL_ADDRESS_OF(this->held); }
    T const* operator->() const noexcept { return SB_DETAIL_ADDRESS_OF(this->held); }

    // The value; throws no_value where there is none.
    T& value() & { return *checked(); }
    T const& value() const& { return *const_cast<maybe*>(this)->checked(); }
    T&& value() && { return static_cast<T&&>(*checked()); }

    template <class U>
    T value_or(U&& other) const& {
        return this->there ? this->held : static_cast<T>(static_cast<U&&>(other));
    }
    template <class U>
    T value_or(U&& other) && {
        return this->there ? static_cast<T&&>(this->held) : static_cast<T>(static_cast<U&&>(other));
    }

    // To a std::optional<T>, and what is made like it.
    template <class Optional,
        class = std::enable_if_t<detail::is_optional<Optional>::value &&
                                 std::is_same_v<typename Optional::value_type, T>>>
    operator Optional() const& {
        Optional same;
        if (this->there) same.emplace(this->held);
        return same;
    }
    template <class Optional,
        class = std::enable_if_t<detail::is_optional<Optional>::value &&
                                 std::is_same_v<typename Optional::value_type, T>>>
    operator Optional() && {
        Optional same;
        if (this->there) same.emplace(static_cast<T&&>(this->held));
        return same;
    }

private:
    T* checked() {
        if (!this->there) detail::raise<no_value>();
        return SB_DETAIL_ADDRESS_OF(this->held);
    }
};

// Empty equals empty; a value equals an equal one. (No friends: where neither side is a `maybe`, nothing
// of this is looked at.)
template <class T>
bool operator==(maybe<T> const& a, maybe<T> const& b) {
    return a.has_value() == b.has_value() && (!a.has_value() || *a == *b);
}
template <class T, class U, class = detail::compared_to_a_value<T, U>>
bool operator==(maybe<T> const& a, U const& value) {
    return a.has_value() && *a == value;
}

#if !defined(__cpp_impl_three_way_comparison) // else the language makes these of those
template <class T>
bool operator!=(maybe<T> const& a, maybe<T> const& b) {
    return !(a == b);
}
template <class T, class U, class = detail::compared_to_a_value<T, U>>
bool operator!=(maybe<T> const& a, U const& value) {
    return !(a == value);
}
template <class T, class U, class = detail::compared_to_a_value<T, U>>
bool operator==(U const& value, maybe<T> const& b) {
    return b == value;
}
template <class T, class U, class = detail::compared_to_a_value<T, U>>
bool operator!=(U const& value, maybe<T> const& b) {
    return !(b == value);
}
#endif

} // namespace SB_DETAIL_ABI
} // namespace switchback
