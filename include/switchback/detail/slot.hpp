// Room in a context for one value: yielded, sent or returned.
#pragma once

#include <switchback/detail/config.hpp>
#include <switchback/maybe.hpp>

#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T>
inline constexpr bool is_plain = std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>;

// For what is yielded: always overwritten before it is read, so a plain type needs no flag.
template <class T, bool = is_plain<T>>
class yield_slot {
public:
    yield_slot() noexcept {} // leaves the value alone
    template <class U>
    void put(U&& value) { value_ = static_cast<T>(static_cast<U&&>(value)); }
    T* get() noexcept { return SB_DETAIL_ADDRESS_OF(value_); }
    void forget() noexcept {}

private:
    T value_;
};

template <class T>
class yield_slot<T, false> {
public:
    template <class U>
    void put(U&& value) { value_.emplace(static_cast<U&&>(value)); }
    T* get() noexcept { return SB_DETAIL_ADDRESS_OF(*value_); }
    void forget() noexcept { value_.reset(); }

private:
    maybe<T> value_;
};

// A generator of references yields the object itself.
template <class T>
class yield_slot<T&, false> {
public:
    void put(T& value) noexcept { value_ = SB_DETAIL_ADDRESS_OF(value); }
    T* get() noexcept { return value_; }
    void forget() noexcept {}

private:
    T* value_ = nullptr;
};

// For what is sent or returned: there, or not. As a base class it takes no room for void; `Use` keeps
// two of them apart.
enum class slot_use { sent, returned };

template <class T, slot_use Use>
struct optional_slot {
    maybe<T> held;
};
template <slot_use Use>
struct optional_slot<void, Use> {};

template <class T>
inline constexpr bool always_false = false;

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
