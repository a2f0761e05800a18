// A loop over a range, with yields and awaits in it: the iteration's own state is a member.
//
//     std::vector<product> products{};
//     sb::cursor<std::vector<product>&> each{};      // walks what lives elsewhere in the frame
//     …
//     SB_FOR(each, products) {
//         SB_AWAIT(load_product{*each});
//     }
//
// `sb::cursor<R>` of an object type owns the range that it is given; it lets go of it when the loop
// has come to its end, or with the frame. A generator is a range. `break` and `continue` are the
// loop's own. The range is evaluated once. Python: for x in range.
#pragma once

#include <switchback/detail/range_access.hpp>
#include <switchback/generator.hpp>
#include <switchback/maybe.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Owns its range.
template <class Range>
class cursor {
    using iterator = decltype(std::begin(std::declval<Range&>()));
    using sentinel = decltype(std::end(std::declval<Range&>()));

public:
    using iterated = Range;

    // Before it is started; later it throws moved_after_start: iterators may point into the range.
    cursor() = default;
    cursor(cursor const& other) { other.check_not_started(); }
    cursor& operator=(cursor const& other) {
        other.check_not_started();
        at_.reset();
        end_.reset();
        range_.reset();
        return *this;
    }

    void start(Range range) {
        at_.reset();
        range_.emplace(std::move(range));
        at_.emplace(std::begin(*range_));
        end_.emplace(std::end(*range_));
    }
    // False, too, where it was not started.
    bool more() {
        if (at_.has_value() && *at_ != *end_) return true;
        at_.reset();
        end_.reset();
        range_.reset();
        return false;
    }
    void advance() { ++*at_; }
    decltype(auto) operator*() const { return **at_; }
    auto operator->() const { return SB_DETAIL_ADDRESS_OF(**at_); }

private:
    void check_not_started() const {
        if (range_.has_value()) detail::throw_moved_after_start();
    }

    maybe<Range> range_;
    maybe<iterator> at_;
    maybe<sentinel> end_;
};

// Walks a range that lives elsewhere.
template <class Range>
class cursor<Range&> {
    using iterator = decltype(std::begin(std::declval<Range&>()));
    using sentinel = decltype(std::end(std::declval<Range&>()));

public:
    using iterated = Range&;

    template <class Given>
    void start(Given&& range) {
        static_assert(std::is_lvalue_reference_v<Given>,
            "SB_FOR: this cursor walks a range that lives elsewhere, and a temporary dies at once: "
            "sb::cursor<Range>, without the &, owns its range");
        at_.emplace(std::begin(range));
        end_.emplace(std::end(range));
    }
    bool more() const { return at_.has_value() && *at_ != *end_; }
    void advance() { ++*at_; }
    decltype(auto) operator*() const { return **at_; }
    auto operator->() const { return SB_DETAIL_ADDRESS_OF(**at_); }

private:
    maybe<iterator> at_;
    maybe<sentinel> end_;
};

// A generator knows itself where it is.
template <class F>
class cursor<generator<F>&> {
public:
    void start(generator<F>& of) noexcept { of_ = &of; }
    bool more() { return of_ != nullptr && (value_ = of_->next()) != nullptr; }
    void advance() noexcept {}
    auto& operator*() const noexcept { return *value_; }
    auto* operator->() const noexcept { return value_; }

private:
    generator<F>* of_ = nullptr;
    typename generator<F>::pointer value_ = nullptr;
};

// Owns a generator, built in place of its frame.
template <class F>
class cursor<generator<F>> {
public:
    void start(generator<F>&& of) {
        of_.reset();
        of_.emplace(std::move(of));
    }
    bool more() {
        if (!of_.has_value()) return false;
        value_ = of_->next();
        if (value_ == nullptr) of_.reset();
        return value_ != nullptr;
    }
    void advance() noexcept {}
    auto& operator*() const noexcept { return *value_; }
    auto* operator->() const noexcept { return value_; }

private:
    maybe<generator<F>> of_;
    typename generator<F>::pointer value_ = nullptr;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback

#define SB_FOR(cursor, ...) \
    for ((cursor).start(__VA_ARGS__); (cursor).more(); (cursor).advance())
