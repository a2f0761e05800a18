// A value, or none: what a generator's body has returned.
//
//     if (auto const total = sums.take_returned()) std::cout << *total;
//     std::optional<int> kept = sums.close();
//
// It is std::optional, of which it has all but comparisons with std::nullopt and less-than; it converts
// to one. <optional> would make up more than a quarter of what a file that has generators compiles.
#pragma once

#include <switchback/errors.hpp>

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

// Said by a base class, so that `maybe` has just the copying and moving that its T has.
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

} // namespace detail

template <class T>
class maybe : private detail::maybe_storage<T>,
              private detail::may_be_copied<std::is_copy_constructible_v<T>, std::is_move_constructible_v<T>> {
    using storage = detail::maybe_storage<T>;
    using copying = detail::may_be_copied<std::is_copy_constructible_v<T>, std::is_move_constructible_v<T>>;

public:
    using value_type = T;

    maybe() = default;
    maybe(maybe const& other) : storage(), copying(other) {
        if (other.there) emplace(other.held);
    }
    maybe(maybe&& other) noexcept(std::is_nothrow_move_constructible_v<T>)
        : storage(), copying(static_cast<copying&&>(other)) {
        if (other.there) emplace(static_cast<T&&>(other.held));
    }
    maybe& operator=(maybe const& other) {
        copying::operator=(other);
        if (this != &other) take(other.there, other.held);
        return *this;
    }
    maybe& operator=(maybe&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        copying::operator=(static_cast<copying&&>(other));
        if (this != &other) take(other.there, static_cast<T&&>(other.held));
        return *this;
    }

    template <class... A>
    T& emplace(A&&... arguments) {
        reset();
        ::new (static_cast<void*>(SB_DETAIL_ADDRESS_OF(this->held))) T(static_cast<A&&>(arguments)...);
        this->there = true;
        return this->held;
    }
    void reset() noexcept {
        if (!this->there) return;
        this->there = false;
        this->held.~T();
    }

    bool has_value() const noexcept { return this->there; }
    explicit operator bool() const noexcept { return this->there; }

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

    // Empty equals empty; a value equals an equal one.
    friend bool operator==(maybe const& a, maybe const& b) {
        return a.there == b.there && (!a.there || a.held == b.held);
    }
    friend bool operator!=(maybe const& a, maybe const& b) { return !(a == b); }
    template <class U, class = decltype(std::declval<T const&>() == std::declval<U const&>())>
    friend bool operator==(maybe const& a, U const& value) {
        return a.there && a.held == value;
    }
    template <class U, class = decltype(std::declval<T const&>() == std::declval<U const&>())>
    friend bool operator!=(maybe const& a, U const& value) {
        return !(a == value);
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
    T* checked() {
        if (!this->there) detail::raise<no_value>();
        return SB_DETAIL_ADDRESS_OF(this->held);
    }
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
