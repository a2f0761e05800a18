// Generators as users write them.

#include <switchback/generator.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sb = switchback;

namespace {

struct fibonacci {
    std::uint64_t a = 0, b = 1;

    sb::step operator()(sb::yields<std::uint64_t>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_YIELD(a);
            b = a + std::exchange(a, b);
        }
        SB_END();
    }
};

struct averager {
    double sum = 0;
    int count = 0;
    std::optional<double> term{};

    sb::step operator()(sb::yields<double, double, double>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_YIELD_INTO(term, count == 0 ? 0.0 : sum / count);
            if (!term) SB_RETURN(sum);
            sum += *term;
            ++count;
        }
        SB_END();
    }
};

template <class T>
struct tree {
    T value;
    std::unique_ptr<tree> left{}, right{};
};

template <class T>
struct walk {
    tree<T>* root;
    std::vector<tree<T>*> stack{};

    sb::step operator()(sb::yields<T&>& co) {
        SB_BEGIN(co);
        while (root != nullptr || !stack.empty()) {
            if (root != nullptr) {
                stack.push_back(root);
                root = root->left.get();
                continue;
            }
            root = stack.back();
            stack.pop_back();
            SB_YIELD(root->value);
            root = root->right.get();
        }
        SB_END();
    }
};

struct unbraced {
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        if (i == 0)
            SB_YIELD(1);
        else
            SB_YIELD(2);
        for (i = 0; i < 10; ++i)
            if (i % 3 == 0) SB_YIELD(i);
        while (i-- > 5) SB_YIELD(-i);
        do SB_YIELD(0);
        while (i-- > 0);
        SB_END();
    }
};

enum class token { number, plus, end };

struct parser {
    token next = token::number;
    int depth = 0, i = 0;

    sb::step operator()(sb::yields<int, token>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_SWITCH(next) {
            SB_CASE(token::number):
                SB_YIELD_INTO(next, depth);
                [[fallthrough]];
            SB_CASE(token::plus):
                for (i = 0; i < depth; ++i) {
                    SB_YIELD(i);
                    if (i == 3) break;
                }
                SB_SWITCH(depth) {
                SB_CASE(-1): SB_YIELD(1); break;
                SB_DEFAULT: ++depth;
                }
                break;
            SB_CASE(token::end): SB_RETURN();
            }
        }
        SB_END();
    }
};

struct has_locals {
    std::string const& text;
    std::size_t at = 0;

    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        while (at < text.size()) {
            {
                auto const end = text.find(' ', at);
                auto const length = end == std::string::npos ? text.size() - at : end - at;
                if (length == 0) SB_RETURN();
                at += length + 1;
            }
            SB_YIELD(text.substr(at));
        }
        SB_END();
    }
};

struct never_ends_by_itself {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        throw std::runtime_error("the end");
        SB_END();
    }
};

struct no_yield_at_all {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

struct body_in_a_body {
    int sum = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        {
            sb::generator inner{[i = 0](sb::yields<int>& inner_co) mutable {
                SB_BEGIN(inner_co);
                for (; i < 3; ++i) SB_YIELD(i);
                SB_END();
            }};
            for (int n : inner) sum += n;
        }
        SB_YIELD(sum);
        SB_END();
    }
};

} // namespace

int main() {
    int const limit = 100;
#ifdef SB_WITH_A_WARNING
    int never_used = 3;
#endif
    std::uint64_t total = 0;
    sb::generator<fibonacci> numbers;
    for (auto n : numbers) {
        if (n > limit) break;
        total += n;
    }

    sb::generator<averager> average;
    average.next();
    average.send(1.5);
    average.next();
    if (average.take_returned().value_or(0) > 3) return 1;

    tree<int> root{1, std::make_unique<tree<int>>(tree<int>{2, {}, {}}), nullptr};
    sb::generator values{walk<int>{&root}};
    for (int& n : values) n += 1;

    std::string const text = "some words";
    sb::generator words{has_locals{text}};
    while (auto* word = words.next()) total += word->size();

    sb::generator<parser> parse;
    parse.next();
    parse.send(token::plus);
    try {
        parse.throw_(std::runtime_error("stop"));
    } catch (std::runtime_error const&) {
    }
    parse.close();

    sb::generator<unbraced> a;
    sb::generator<never_ends_by_itself> b;
    sb::generator<no_yield_at_all> c;
    sb::generator<body_in_a_body> d;
    bool const all = a.next() != nullptr && b.next() != nullptr && c.next() == nullptr;
    return all && d.next() != nullptr && total > 0 ? 0 : 1;
}
