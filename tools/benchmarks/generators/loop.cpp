// What is to be computed, as plain loops: nothing is suspended, and nothing could be passed on.
#include "../driver.hpp"
#include "tree.hpp"

namespace {

using number = std::uint64_t;
using bench::checksum;
using bench::tree;

number count(std::size_t n) {
    checksum sum;
    for (number i = 0; i < n; ++i) sum.take(i);
    return sum.value();
}

number filter(std::size_t n) {
    checksum sum;
    for (number i = 0; i < 2 * n; ++i) {
        if (i & 1) sum.take(i);
    }
    return sum.value();
}

number map_filter(std::size_t n) {
    checksum sum;
    for (number i = 0; i < 2 * n; ++i) {
        if (i & 1) sum.take(i * 3 + 1);
    }
    return sum.value();
}

number zip(std::size_t n) {
    checksum sum;
    number b = 7;
    for (number a = 0; a < n; ++a, ++b) sum.take(a * b);
    return sum.value();
}

number nested(std::size_t n) {
    checksum sum;
    for (number i = 0; i < n / 100; ++i) {
        for (number j = 0; j < 10; ++j) {
            for (number k = 0; k < 10; ++k) sum.take(i + j + k);
        }
    }
    return sum.value();
}

number delegation(std::size_t n) { return count(n); }

number tree_stack(std::size_t n) {
    checksum sum;
    for (std::size_t walks = n / bench::tree_size; walks > 0; --walks) {
        tree const* above[bench::tree_depth];
        int depth = 0;
        tree const* at = bench::the_tree();
        for (;;) {
            for (; at != nullptr; at = at->left) above[depth++] = at;
            if (depth == 0) break;
            at = above[--depth];
            sum.take(at->value);
            at = at->right;
        }
    }
    return sum.value();
}

void walk(tree const* at, checksum& sum) {
    if (at->left != nullptr) walk(at->left, sum);
    sum.take(at->value);
    if (at->right != nullptr) walk(at->right, sum);
}
number tree_recursive(std::size_t n) {
    checksum sum;
    for (std::size_t walks = n / bench::tree_size; walks > 0; --walks) walk(bench::the_tree(), sum);
    return sum.value();
}

number try_around(std::size_t n) {
    checksum sum;
    number finished = 0;
    try {
        for (number i = 0; i < n; ++i) sum.take(i);
    } catch (...) {
        ++finished;
        throw;
    }
    ++finished;
    return sum.value() + finished;
}

} // namespace

int main(int argc, char** argv) {
    return bench::drive(argc, argv,
        {{"count", count}, {"filter", filter}, {"map-filter", map_filter}, {"zip", zip},
            {"nested", nested}, {"delegation", delegation}, {"tree-stack", tree_stack},
            {"tree-recursive", tree_recursive}, {"try", try_around}});
}
