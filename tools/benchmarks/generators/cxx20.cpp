// C++20's coroutines.
#include "../driver.hpp"
#include "../heap.hpp"
#include "cxx20_generator.hpp"
#include "tree.hpp"

namespace {

using number = std::uint64_t;
using numbers = bench::generator<number>;
using bench::checksum;
using bench::elements_of;
using bench::tree;

number sum_of(numbers values) {
    checksum sum;
    while (auto const* value = values.next()) sum.take(*value);
    return sum.value();
}

numbers counting(number end, number first = 0) {
    for (number i = first; i != end; ++i) co_yield i;
}

numbers odd(numbers source) {
    while (auto const* value = source.next()) {
        if (*value & 1) co_yield *value;
    }
}

numbers mapped(numbers source) {
    while (auto const* value = source.next()) co_yield *value * 3 + 1;
}

numbers zipped(numbers first, numbers second) {
    for (;;) {
        auto const* const a = first.next();
        if (a == nullptr) co_return;
        auto const* const b = second.next();
        if (b == nullptr) co_return;
        co_yield *a * *b;
    }
}

numbers nesting(number end) {
    for (number i = 0; i < end; ++i) {
        for (number j = 0; j < 10; ++j) {
            for (number k = 0; k < 10; ++k) co_yield i + j + k;
        }
    }
}

numbers delegating(number end) { co_yield elements_of<number>(counting(end)); }

numbers walk_with_stack(tree const* at) {
    tree const* above[bench::tree_depth];
    int depth = 0;
    for (;;) {
        for (; at != nullptr; at = at->left) above[depth++] = at;
        if (depth == 0) co_return;
        at = above[--depth];
        co_yield at->value;
        at = at->right;
    }
}

numbers recursive_walk(tree const* at) {
    if (at->left != nullptr) co_yield elements_of<number>(recursive_walk(at->left));
    co_yield at->value;
    if (at->right != nullptr) co_yield elements_of<number>(recursive_walk(at->right));
}

numbers counting_in_try(number end, number& finished) {
    try {
        for (number i = 0; i != end; ++i) co_yield i;
    } catch (...) {
        ++finished;
        throw;
    }
    ++finished;
}

number walks(std::size_t n, numbers (*walk)(tree const*)) {
    checksum sum;
    for (std::size_t walks = n / bench::tree_size; walks > 0; --walks) {
        auto values = walk(bench::the_tree());
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
number tree_stack(std::size_t n) { return walks(n, walk_with_stack); }
number tree_recursive(std::size_t n) { return walks(n, recursive_walk); }
number try_around(std::size_t n) {
    number finished = 0;
    auto const sum = sum_of(counting_in_try(n, finished));
    return sum + finished;
}

__attribute__((noinline)) number const* next_of(numbers& values) { return values.next(); }
number called(std::size_t n) {
    checksum sum;
    auto values = counting(n);
    while (auto const* value = next_of(values)) sum.take(*value);
    return sum.value();
}

// What a header would export. (The type is the same as ever.)
__attribute__((noinline)) numbers make_source(number end) { return counting(end); }
number erased(std::size_t n) { return sum_of(make_source(n)); }

} // namespace

int main(int argc, char** argv) {
    using bench::bytes_of;
    number finished = 0;
    auto const* const root = bench::the_tree();
    return bench::drive(argc, argv,
        {{"count", count, bytes_of([] { return counting(1); })},
            {"filter", filter, bytes_of([] { return odd(counting(1)); })},
            {"map-filter", map_filter, bytes_of([] { return mapped(odd(counting(1))); })},
            {"zip", zip, bytes_of([] { return zipped(counting(1), counting(1)); })},
            {"nested", nested, bytes_of([] { return nesting(1); })},
            {"delegation", delegation, bytes_of([] { return delegating(1); })},
            {"tree-stack", tree_stack, bytes_of([=] { return walk_with_stack(root); })},
            {"tree-recursive", tree_recursive, bytes_of([=] { return recursive_walk(root); })},
            {"try", try_around, bytes_of([&] { return counting_in_try(1, finished); })},
            {"called", called}, {"erased", erased, bytes_of([] { return make_source(1); })}});
}
