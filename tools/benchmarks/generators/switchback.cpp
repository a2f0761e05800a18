// Switchback's generators.
#include "../driver.hpp"
#include "tree.hpp"

#include <switchback/generator.hpp>
#if __has_include(<switchback/any_generator.hpp>)
#    include <switchback/any_generator.hpp>
#    define HAS_ANY_GENERATOR
#endif
#if __has_include(<switchback/delegates.hpp>)
#    include <switchback/delegates.hpp>
#    include <switchback/yield_from.hpp>
#endif

namespace sb = switchback;

namespace {

using number = std::uint64_t;
using bench::checksum;
using bench::tree;

template <class Frame>
number sum_of(Frame frame) {
    checksum sum;
    sb::generator<Frame> values(std::move(frame));
    while (auto const* value = values.next()) sum.take(*value);
    return sum.value();
}

struct counting {
    number end, i = 0;
    sb::step operator()(sb::yields<number>& co) {
        SB_BEGIN(co);
        for (; i != end; ++i) SB_YIELD(i);
        SB_END();
    }
};

template <class Source>
struct odd {
    sb::generator<Source> source;
    sb::step operator()(sb::yields<number>& co) {
        number* value; // no member: it does not live across a yield
        SB_BEGIN(co);
        while ((value = source.next()) != nullptr) {
            if (*value & 1) SB_YIELD(*value);
        }
        SB_END();
    }
};

template <class Source>
struct mapped {
    sb::generator<Source> source;
    sb::step operator()(sb::yields<number>& co) {
        number* value; // no member: it does not live across a yield
        SB_BEGIN(co);
        while ((value = source.next()) != nullptr) SB_YIELD(*value * 3 + 1);
        SB_END();
    }
};

template <class First, class Second>
struct zipped {
    sb::generator<First> first;
    sb::generator<Second> second;
    sb::step operator()(sb::yields<number>& co) {
        number *a, *b;
        SB_BEGIN(co);
        while ((a = first.next()) != nullptr && (b = second.next()) != nullptr) {
            SB_YIELD(*a * *b);
        }
        SB_END();
    }
};

struct nesting {
    number end, i = 0, j = 0, k = 0;
    sb::step operator()(sb::yields<number>& co) {
        SB_BEGIN(co);
        for (i = 0; i < end; ++i) {
            for (j = 0; j < 10; ++j) {
                for (k = 0; k < 10; ++k) SB_YIELD(i + j + k);
            }
        }
        SB_END();
    }
};

struct walk_with_stack {
    tree const* at;
    tree const* above[bench::tree_depth];
    int depth = 0;
    explicit walk_with_stack(tree const* root) : at(root) {}
    sb::step operator()(sb::yields<number>& co) {
        SB_BEGIN(co);
        for (;;) {
            for (; at != nullptr; at = at->left) above[depth++] = at;
            if (depth == 0) SB_RETURN();
            at = above[--depth];
            SB_YIELD(at->value);
            at = at->right;
        }
        SB_END();
    }
};

struct counting_in_try {
    number end;
    number& finished;
    number i = 0;
    sb::step operator()(sb::yields<number>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i != end; ++i) SB_YIELD(i);
        } SB_FINALLY {
            ++finished;
        } SB_END_TRY
        SB_END();
    }
};

template <class Walk>
number walks(std::size_t n) {
    checksum sum;
    for (std::size_t walks = n / bench::tree_size; walks > 0; --walks) {
        sb::generator<Walk> values(std::in_place, bench::the_tree());
        while (auto const* value = values.next()) sum.take(*value);
    }
    return sum.value();
}

number count(std::size_t n) { return sum_of(counting{n}); }
number filter(std::size_t n) { return sum_of(odd<counting>{counting{2 * n}}); }
number map_filter(std::size_t n) {
    return sum_of(mapped<odd<counting>>{odd<counting>{counting{2 * n}}});
}
// From different starts: two counters that are always equal would be one to an optimiser.
number zip(std::size_t n) {
    return sum_of(zipped<counting, counting>{counting{n}, counting{n + 7, 7}});
}
number nested(std::size_t n) { return sum_of(nesting{n / 100}); }
number tree_stack(std::size_t n) { return walks<walk_with_stack>(n); }
number try_around(std::size_t n) {
    number finished = 0;
    auto const sum = sum_of(counting_in_try{n, finished});
    return sum + finished;
}

__attribute__((noinline)) number const* next_of(sb::generator<counting>& values) {
    return values.next();
}
number called(std::size_t n) {
    checksum sum;
    sb::generator<counting> values(counting{n});
    while (auto const* value = next_of(values)) sum.take(*value);
    return sum.value();
}

#ifdef SB_YIELD_FROM

struct delegating {
    sb::generator<counting> to;
    sb::step operator()(sb::yields<number>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(to);
        SB_END();
    }
};
number delegation(std::size_t n) { return sum_of(delegating{counting{n}}); }

struct recursive_walk {
    tree const* at;
    sb::step operator()(sb::delegates<number>& co) {
        SB_BEGIN(co);
        if (at->left != nullptr) SB_YIELD_FROM(recursive_walk{at->left});
        SB_YIELD(at->value);
        if (at->right != nullptr) SB_YIELD_FROM(recursive_walk{at->right});
        SB_END();
    }
};
number tree_recursive(std::size_t n) { return walks<recursive_walk>(n); }

#endif

#ifdef HAS_ANY_GENERATOR

// What a header would export.
__attribute__((noinline)) sb::any_generator<number> make_source(number end) {
    if (end == 0) return {};
    return counting{end};
}
number erased(std::size_t n) {
    checksum sum;
    auto values = make_source(n);
    while (auto const* value = values.next()) sum.take(*value);
    return sum.value();
}

#endif

template <class Frame>
bench::row row(char const* name, number (*run)(std::size_t)) {
    return {name, run, sizeof(sb::generator<Frame>), sizeof(Frame)};
}

} // namespace

int main(int argc, char** argv) {
    using filtered = odd<counting>;
    return bench::drive(argc, argv,
        {row<counting>("count", count), row<filtered>("filter", filter),
            row<mapped<filtered>>("map-filter", map_filter),
            row<zipped<counting, counting>>("zip", zip), row<nesting>("nested", nested),
#ifdef HAS_ANY_GENERATOR
            {"erased", erased, sizeof(sb::any_generator<number>), sizeof(counting)},
#endif
#ifdef SB_YIELD_FROM
            row<delegating>("delegation", delegation),
            row<recursive_walk>("tree-recursive", tree_recursive),
#endif
            row<walk_with_stack>("tree-stack", tree_stack), row<counting_in_try>("try", try_around),
            {"called", called}});
}
