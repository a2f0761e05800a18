// The iterator of what has a next(): single-pass, as a generator is.
#pragma once

#include <switchback/detail/config.hpp>
#include <switchback/detail/iterator_tags.hpp>

#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class Generator>
class generator_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = typename Generator::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = typename Generator::pointer;
    using reference = decltype(*pointer());

    generator_iterator() = default; // the end
    generator_iterator(Generator& of, pointer at) : of_(&of), current_(at) {}

    reference operator*() const noexcept { return *current_; }
    pointer operator->() const noexcept { return current_; }
    generator_iterator& operator++() {
        current_ = of_->next();
        return *this;
    }
    // Keeps the old value for `*it++`, as an input iterator must.
    class held {
    public:
        explicit held(value_type value) : value_(static_cast<value_type&&>(value)) {}
        value_type& operator*() noexcept { return value_; }

    private:
        value_type value_;
    };
    held operator++(int) {
        held old{*current_};
        ++*this;
        return old;
    }
    friend bool operator==(generator_iterator const& a, generator_iterator const& b) noexcept {
        return a.current_ == b.current_;
    }
    friend bool operator!=(generator_iterator const& a, generator_iterator const& b) noexcept {
        return a.current_ != b.current_;
    }

private:
    Generator* of_ = nullptr;
    pointer current_ = nullptr;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
