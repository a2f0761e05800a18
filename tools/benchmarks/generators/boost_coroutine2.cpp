// Boost.Coroutine2: each generator has a stack of its own, and recursion is a call on it.
#include "../driver.hpp"
#include "../heap.hpp"
#include "tree.hpp"

#include <boost/coroutine2/all.hpp>

namespace {

using number = std::uint64_t;
using bench::checksum;
using bench::tree;
using numbers = boost::coroutines2::coroutine<number>::pull_type;
using to = boost::coroutines2::coroutine<number>::push_type;

number sum_of(numbers values) {
    checksum sum;
    for (; values; values()) sum.take(values.get());
    return sum.value();
}

numbers counting(number end, number first = 0) {
    return numbers([end, first](to& yield) {
        for (number i = first; i != end; ++i) yield(i);
    });
}

numbers odd(numbers& source) {
    return numbers([&source](to& yield) {
        for (; source; source()) {
            auto const value = source.get();
            if (value & 1) yield(value);
        }
    });
}

numbers mapped(numbers& source) {
    return numbers([&source](to& yield) {
        for (; source; source()) yield(source.get() * 3 + 1);
    });
}

numbers zipped(numbers& first, numbers& second) {
    return numbers([&first, &second](to& yield) {
        for (; first && second; first(), second()) yield(first.get() * second.get());
    });
}

numbers nesting(number end) {
    return numbers([end](to& yield) {
        for (number i = 0; i < end; ++i) {
            for (number j = 0; j < 10; ++j) {
                for (number k = 0; k < 10; ++k) yield(i + j + k);
            }
        }
    });
}

void count_to(number end, to& yield) {
    for (number i = 0; i != end; ++i) yield(i);
}
numbers delegating(number end) {
    return numbers([end](to& yield) { count_to(end, yield); });
}

numbers walk_with_stack(tree const* root) {
    return numbers([root](to& yield) {
        auto const* at = root;
        tree const* above[bench::tree_depth];
        int depth = 0;
        for (;;) {
            for (; at != nullptr; at = at->left) above[depth++] = at;
            if (depth == 0) return;
            at = above[--depth];
            yield(at->value);
            at = at->right;
        }
    });
}

void walk(tree const* at, to& yield) {
    if (at->left != nullptr) walk(at->left, yield);
    yield(at->value);
    if (at->right != nullptr) walk(at->right, yield);
}
numbers recursive_walk(tree const* root) {
    return numbers([root](to& yield) { walk(root, yield); });
}

numbers counting_in_try(number end, number& finished) {
    return numbers([end, &finished](to& yield) {
        try {
            for (number i = 0; i != end; ++i) yield(i);
        } catch (...) {
            ++finished;
            throw;
        }
        ++finished;
    });
}

number walks(std::size_t n, numbers (*walk)(tree const*)) {
    checksum sum;
    for (std::size_t walks = n / bench::tree_size; walks > 0; --walks) {
        auto values = walk(bench::the_tree());
        for (; values; values()) sum.take(values.get());
    }
    return sum.value();
}

number count(std::size_t n) { return sum_of(counting(n)); }
number filter(std::size_t n) {
    auto source = counting(2 * n);
    return sum_of(odd(source));
}
number map_filter(std::size_t n) {
    auto source = counting(2 * n);
    auto filtered = odd(source);
    return sum_of(mapped(filtered));
}
// From different starts: two counters that are always equal would be one to an optimiser.
number zip(std::size_t n) {
    auto first = counting(n);
    auto second = counting(n + 7, 7);
    return sum_of(zipped(first, second));
}
number nested(std::size_t n) { return sum_of(nesting(n / 100)); }
number delegation(std::size_t n) { return sum_of(delegating(n)); }
number tree_stack(std::size_t n) { return walks(n, walk_with_stack); }
number tree_recursive(std::size_t n) { return walks(n, recursive_walk); }
number try_around(std::size_t n) {
    number finished = 0;
    auto const sum = sum_of(counting_in_try(n, finished));
    return sum + finished;
}

__attribute__((noinline)) void go_on(numbers& values) { values(); }
number called(std::size_t n) {
    checksum sum;
    auto values = counting(n);
    for (; values; go_on(values)) sum.take(values.get());
    return sum.value();
}

// What a header would export. (The type is the same as ever.)
__attribute__((noinline)) numbers make_source(number end) { return counting(end); }
number erased(std::size_t n) { return sum_of(make_source(n)); }

} // namespace

int main(int argc, char** argv) {
    return bench::drive(argc, argv,
        {{"count", count, bench::bytes_of([] { return counting(1); })}, {"filter", filter},
            {"map-filter", map_filter}, {"zip", zip}, {"nested", nested},
            {"delegation", delegation}, {"tree-stack", tree_stack},
            {"tree-recursive", tree_recursive}, {"try", try_around}, {"called", called},
            {"erased", erased}});
}
