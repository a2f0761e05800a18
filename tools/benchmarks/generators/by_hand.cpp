// The same as classes with a next(), as one writes them without any library: a generator in spirit,
// its state turned inside out by hand.
#include "../driver.hpp"
#include "tree.hpp"

#include <memory>

namespace {

using number = std::uint64_t;
using bench::checksum;
using bench::tree;

template <class Values>
number sum_of(Values values) {
    checksum sum;
    while (auto const* value = values.next()) sum.take(*value);
    return sum.value();
}

class counting {
public:
    explicit counting(number end, number first = 0) : end_(end), i_(first) {}
    number const* next() {
        if (i_ == end_) return nullptr;
        value_ = i_++;
        return &value_;
    }

private:
    number end_, i_, value_ = 0;
};

template <class Source>
class odd {
public:
    explicit odd(Source source) : source_(source) {}
    number const* next() {
        number const* value;
        do value = source_.next();
        while (value != nullptr && !(*value & 1));
        return value;
    }

private:
    Source source_;
};

template <class Source>
class mapped {
public:
    explicit mapped(Source source) : source_(source) {}
    number const* next() {
        auto const* const value = source_.next();
        if (value == nullptr) return nullptr;
        value_ = *value * 3 + 1;
        return &value_;
    }

private:
    Source source_;
    number value_ = 0;
};

template <class First, class Second>
class zipped {
public:
    zipped(First first, Second second) : first_(first), second_(second) {}
    number const* next() {
        auto const* const a = first_.next();
        if (a == nullptr) return nullptr;
        auto const* const b = second_.next();
        if (b == nullptr) return nullptr;
        value_ = *a * *b;
        return &value_;
    }

private:
    First first_;
    Second second_;
    number value_ = 0;
};

class nesting {
public:
    explicit nesting(number end) : end_(end) {}
    number const* next() {
        switch (state_) {
        case 0:
            for (i_ = 0; i_ < end_; ++i_) {
                for (j_ = 0; j_ < 10; ++j_) {
                    for (k_ = 0; k_ < 10; ++k_) {
                        value_ = i_ + j_ + k_;
                        state_ = 1;
                        return &value_;
        case 1:;
                    }
                }
            }
            state_ = 2;
        }
        return nullptr;
    }

private:
    int state_ = 0;
    number end_, i_ = 0, j_ = 0, k_ = 0, value_ = 0;
};

class delegating {
public:
    explicit delegating(number end) : to_(end) {}
    number const* next() { return to_.next(); }

private:
    counting to_;
};

class walk_with_stack {
public:
    explicit walk_with_stack(tree const* root) : at_(root) {}
    number const* next() {
        for (; at_ != nullptr; at_ = at_->left) above_[depth_++] = at_;
        if (depth_ == 0) return nullptr;
        auto const* const found = above_[--depth_];
        at_ = found->right;
        return &found->value;
    }

private:
    tree const* above_[bench::tree_depth];
    int depth_ = 0;
    tree const* at_;
};

class recursive_walk {
public:
    explicit recursive_walk(tree const* at) : at_(at) {}
    number const* next() {
        switch (state_) {
        case 0:
            if (at_->left != nullptr) {
                child_ = std::make_unique<recursive_walk>(at_->left);
                state_ = 1;
        case 1:
                if (auto const* const value = child_->next()) return value;
            }
            state_ = 2;
            return &at_->value;
        case 2:
            if (at_->right != nullptr) {
                child_ = std::make_unique<recursive_walk>(at_->right);
                state_ = 3;
        case 3:
                if (auto const* const value = child_->next()) return value;
            }
            child_ = nullptr;
            state_ = 4;
        }
        return nullptr;
    }

private:
    int state_ = 0;
    tree const* at_;
    std::unique_ptr<recursive_walk> child_;
};

class counting_in_try {
public:
    counting_in_try(number end, number& finished) : end_(end), finished_(finished) {}
    number const* next() {
        try {
            if (i_ != end_) {
                value_ = i_++;
                return &value_;
            }
        } catch (...) {
            finish();
            throw;
        }
        finish();
        return nullptr;
    }

private:
    void finish() {
        if (!over_) ++finished_;
        over_ = true;
    }
    number end_, i_ = 0, value_ = 0;
    number& finished_;
    bool over_ = false;
};

template <class Walk>
number walks(std::size_t n) {
    checksum sum;
    for (std::size_t walks = n / bench::tree_size; walks > 0; --walks) {
        Walk values(bench::the_tree());
        while (auto const* value = values.next()) sum.take(*value);
    }
    return sum.value();
}

number count(std::size_t n) { return sum_of(counting(n)); }
number filter(std::size_t n) { return sum_of(odd(counting(2 * n))); }
number map_filter(std::size_t n) { return sum_of(mapped(odd(counting(2 * n)))); }
// From different starts: two counters that are always equal would be one to an optimiser.
number zip(std::size_t n) { return sum_of(zipped(counting(n), counting(n + 7, 7))); }
number nested(std::size_t n) { return sum_of(nesting(n / 100)); }
number delegation(std::size_t n) { return sum_of(delegating(n)); }
number tree_stack(std::size_t n) { return walks<walk_with_stack>(n); }
number tree_recursive(std::size_t n) { return walks<recursive_walk>(n); }
number try_around(std::size_t n) {
    number finished = 0;
    auto const sum = sum_of(counting_in_try(n, finished));
    return sum + finished;
}

// As a machine: the loop is turned inside out by a switch, as it has to be where it is not so simple.
class counting_machine {
public:
    explicit counting_machine(number end) : end_(end) {}
    number const* next() {
        switch (state_) {
        case 0:
            for (; i_ != end_; ++i_) {
                value_ = i_;
                state_ = 1;
                return &value_;
        case 1:;
            }
            state_ = 2;
        }
        return nullptr;
    }

private:
    int state_ = 0;
    number end_, i_ = 0, value_ = 0;
};

__attribute__((noinline)) number const* next_of(counting_machine& values) { return values.next(); }
number called(std::size_t n) {
    checksum sum;
    counting_machine values(n);
    while (auto const* value = next_of(values)) sum.take(*value);
    return sum.value();
}

// What a header would export: who calls next() does not know what runs. (There are two that could,
// so that no compiler can guess.)
struct source {
    virtual bool next(number& value) = 0;
    virtual ~source() = default;
};
struct no_source final : source {
    bool next(number&) override { return false; }
};
class counting_source final : public source {
public:
    explicit counting_source(number end) : end_(end) {}
    bool next(number& value) override {
        if (i_ == end_) return false;
        value = i_++;
        return true;
    }

private:
    number end_, i_ = 0;
};
__attribute__((noinline)) std::unique_ptr<source> make_source(number end) {
    if (end == 0) return std::make_unique<no_source>();
    return std::make_unique<counting_source>(end);
}
number erased(std::size_t n) {
    checksum sum;
    auto const values = make_source(n);
    number value;
    while (values->next(value)) sum.take(value);
    return sum.value();
}

} // namespace

int main(int argc, char** argv) {
    using filtered = odd<counting>;
    return bench::drive(argc, argv,
        {{"count", count, sizeof(counting)}, {"filter", filter, sizeof(filtered)},
            {"map-filter", map_filter, sizeof(mapped<filtered>)},
            {"zip", zip, sizeof(zipped<counting, counting>)}, {"nested", nested, sizeof(nesting)},
            {"delegation", delegation, sizeof(delegating)},
            {"tree-stack", tree_stack, sizeof(walk_with_stack)},
            {"tree-recursive", tree_recursive, sizeof(recursive_walk)},
            {"try", try_around, sizeof(counting_in_try)}, {"called", called},
            {"erased", erased, sizeof(counting_source) + sizeof(std::unique_ptr<source>)}});
}
