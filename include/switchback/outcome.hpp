// How a task has ended: with a value, or with an exception and its traceback.
//
//     std::vector<sb::outcome<page>> outcomes{};                 // a member of the frame
//     …
//     SB_AWAIT_INTO(outcomes, sb::gather(urls, fetch_page));
//     for (auto const& each : outcomes) {
//         if (each.has_value()) show(each.value());
//         else if (!each.cancelled()) log(sb::describe(each.error()), each.traceback().to_string());
//     }
//
// It is moved as its value is, and copied if that can be. One that was made without a value, or whose error
// was moved out of it, is empty. (Without exceptions, what has no value was cancelled.)
#pragma once

#include <switchback/errors.hpp>
#include <switchback/maybe.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/match.hpp>
#    include <switchback/detail/native_error.hpp>
#    include <switchback/traceback.hpp>
#endif

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

struct outcome_access;

#if SB_DETAIL_EXCEPTIONS

// Owns a failure.
class kept_failure {
public:
    kept_failure() noexcept = default;
    explicit kept_failure(failure&& what) noexcept : what_(std::exchange(what, {})) {}
    kept_failure(kept_failure const& other) noexcept : what_(copy(other.what_)) {}
    kept_failure(kept_failure&& other) noexcept : what_(std::exchange(other.what_, {})) {}
    kept_failure& operator=(kept_failure other) noexcept {
        std::swap(what_, other.what_);
        return *this;
    }
    ~kept_failure() { discard(what_); }

    explicit operator bool() const noexcept { return what_.error != nullptr; }
    failure const& what() const noexcept { return what_; }

private:
    failure what_;
};

#endif

// All but the value.
class outcome_base {
public:
    // Whether it ended because it was cancelled. Python: Future.cancelled.
    bool cancelled() const noexcept {
#if SB_DETAIL_EXCEPTIONS
        return failure_ && detail::match<switchback::cancelled>(failure_.what().error) != nullptr;
#else
        return failed_;
#endif
    }

#if SB_DETAIL_EXCEPTIONS
    // The exception that it ended with, an sb::cancelled too; null if there is none.
    std::exception_ptr error() const noexcept { return failure_.what().error; }

    // The way that exception came.
    switchback::traceback traceback() const {
        auto const* const gathered = failure_.what().gathered;
        return gathered == nullptr ? switchback::traceback() : switchback::traceback(*gathered);
    }
#endif

protected:
    outcome_base() = default;

    // Throws what it has failed with, and says that it is empty otherwise.
    [[noreturn]] SB_DETAIL_COLD void throw_failure() const {
#if SB_DETAIL_EXCEPTIONS
        if (failure_) rethrow_native(copy(failure_.what()));
#else
        if (failed_) raise<misuse>("value() of the outcome of a task that was cancelled");
#endif
        raise<misuse>("value() of an sb::outcome that is empty: it was moved, or never filled");
    }

private:
    friend struct outcome_access;

#if SB_DETAIL_EXCEPTIONS
    kept_failure failure_;
#else
    bool failed_ = false;
#endif
};

} // namespace detail

template <class T = void>
class outcome : public detail::outcome_base {
public:
    outcome() = default; // empty

    bool has_value() const noexcept { return value_.has_value(); }

    // The value; throws the exception otherwise, with its traceback kept for current_traceback(), and
    // misuse where it is empty.
    T& value() & { return *checked(*this).value_; }
    T const& value() const& { return *checked(*this).value_; }
    T&& value() && { return static_cast<T&&>(*checked(*this).value_); }

private:
    friend struct detail::outcome_access;

    template <class Self>
    static Self& checked(Self& self) {
        if (!self.has_value()) self.throw_failure();
        return self;
    }

    maybe<T> value_;
};

template <>
class outcome<void> : public detail::outcome_base {
public:
    outcome() = default; // empty

    // Whether it has ended well.
    bool has_value() const noexcept { return ended_well_; }

    // Throws the exception, if it has ended with one.
    void value() const {
        if (!has_value()) throw_failure();
    }

private:
    friend struct detail::outcome_access;

    bool ended_well_ = false;
};

namespace detail {

// The library's side of outcomes.
struct outcome_access {
    template <class T, class... V>
    static outcome<T> of_value(V&&... value) {
        outcome<T> made;
        if constexpr (std::is_void_v<T>) {
            made.ended_well_ = true;
        } else {
            made.value_.emplace(static_cast<V&&>(value)...);
        }
        return made;
    }
    template <class T>
    static outcome<T> of_failure(failure&& what) noexcept {
        outcome<T> made;
#if SB_DETAIL_EXCEPTIONS
        made.failure_ = kept_failure(std::move(what));
#else
        (void)what;
        made.failed_ = true;
#endif
        return made;
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
