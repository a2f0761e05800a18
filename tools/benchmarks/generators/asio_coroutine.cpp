// asio::coroutine: a switch behind two macros, with no protocol around it. There is no row "try": a
// `yield` inside a try block does not compile.
#include "../driver.hpp"
#include "tree.hpp"

#include <asio/coroutine.hpp>

#include <memory>

#include <asio/yield.hpp> // last: it defines `yield` and `reenter`

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

struct counting : asio::coroutine {
    number end, i = 0, value = 0;
    explicit counting(number last, number first = 0) : end(last), i(first) {}
    number const* next() {
        reenter (this) {
            for (; i != end; ++i) {
                value = i;
                yield return &value;
            }
        }
        return nullptr;
    }
};

template <class Source>
struct odd : asio::coroutine {
    Source source;
    explicit odd(Source of) : source(of) {}
    number const* next() {
        number const* value; // no member: it does not live across a yield
        reenter (this) {
            while ((value = source.next()) != nullptr) {
                if (*value & 1) {
                    yield return value;
                }
            }
        }
        return nullptr;
    }
};

template <class Source>
struct mapped : asio::coroutine {
    Source source;
    number value = 0;
    explicit mapped(Source of) : source(of) {}
    number const* next() {
        number const* from;
        reenter (this) {
            while ((from = source.next()) != nullptr) {
                value = *from * 3 + 1;
                yield return &value;
            }
        }
        return nullptr;
    }
};

template <class First, class Second>
struct zipped : asio::coroutine {
    First first;
    Second second;
    number value = 0;
    zipped(First one, Second other) : first(one), second(other) {}
    number const* next() {
        number const *a, *b;
        reenter (this) {
            while ((a = first.next()) != nullptr && (b = second.next()) != nullptr) {
                value = *a * *b;
                yield return &value;
            }
        }
        return nullptr;
    }
};

struct nesting : asio::coroutine {
    number end, i = 0, j = 0, k = 0, value = 0;
    explicit nesting(number last) : end(last) {}
    number const* next() {
        reenter (this) {
            for (i = 0; i < end; ++i) {
                for (j = 0; j < 10; ++j) {
                    for (k = 0; k < 10; ++k) {
                        value = i + j + k;
                        yield return &value;
                    }
                }
            }
        }
        return nullptr;
    }
};

struct delegating : asio::coroutine {
    counting to;
    explicit delegating(number end) : to(end) {}
    number const* next() {
        number const* value;
        reenter (this) {
            while ((value = to.next()) != nullptr) yield return value;
        }
        return nullptr;
    }
};

struct walk_with_stack : asio::coroutine {
    tree const* at;
    tree const* above[bench::tree_depth];
    int depth = 0;
    explicit walk_with_stack(tree const* root) : at(root) {}
    number const* next() {
        reenter (this) {
            for (;;) {
                for (; at != nullptr; at = at->left) above[depth++] = at;
                if (depth == 0) {
                    yield break;
                }
                at = above[--depth];
                yield return &at->value;
                at = at->right;
            }
        }
        return nullptr;
    }
};

struct recursive_walk : asio::coroutine {
    tree const* at;
    std::unique_ptr<recursive_walk> child;
    number const* value = nullptr;
    explicit recursive_walk(tree const* root) : at(root) {}
    number const* next() {
        reenter (this) {
            if (at->left != nullptr) {
                child = std::make_unique<recursive_walk>(at->left);
                while ((value = child->next()) != nullptr) yield return value;
            }
            yield return &at->value;
            if (at->right != nullptr) {
                child = std::make_unique<recursive_walk>(at->right);
                while ((value = child->next()) != nullptr) yield return value;
            }
            child = nullptr;
        }
        return nullptr;
    }
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

__attribute__((noinline)) number const* next_of(counting& values) { return values.next(); }
number called(std::size_t n) {
    checksum sum;
    counting values(n);
    while (auto const* value = next_of(values)) sum.take(*value);
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
            {"tree-recursive", tree_recursive, sizeof(recursive_walk)}, {"called", called}});
}
