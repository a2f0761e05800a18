// Generators of others' elements, and generators whose type is not told.

#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>
#include <switchback/make.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sb = switchback;

namespace {

struct naturals {
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i);
        SB_END();
    }
};

struct adds_up {
    long sum = 0;
    short got = 0;

    sb::step operator()(sb::yields<long, short, std::string>& co) {
        SB_BEGIN(co);
        while (sum < 10) {
            SB_YIELD_INTO(got, sum);
            sum += got;
        }
        SB_RETURN("ten");
        SB_END();
    }
};

struct large {
    std::vector<std::string> words{"a", "b"};
    std::size_t i = 0;

    sb::step operator()(sb::yields<std::string&>& co) {
        SB_BEGIN(co);
        for (; i < words.size(); ++i) SB_YIELD(words[i]);
        SB_END();
    }
};

sb::any_generator<int> squares() {
    return sb::map([](int n) { return n * n; }, naturals{});
}
sb::any_generator<std::string&> words() { return large{}; }

struct both {
    sb::any_generator<int> numbers = squares();
    sb::cursor<sb::any_generator<std::string&>> word{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_FOR (word, words()) {
            if (word->empty()) continue;
            SB_YIELD(static_cast<int>(word->size()));
        }
        SB_YIELD_FROM(numbers);
        SB_END();
    }
};

bool is_even(int n) { return n % 2 == 0; }

} // namespace

int main() {
    std::vector<std::string> names{"Ann", "Bob"};
    std::vector<bool> const bits{true, false};
    std::map<std::string, int> const ages{{"Ann", 20}};
    int const primes[] = {2, 3, 5};
    long total = 0;

    for (int n : sb::take(3, sb::filter(is_even, naturals{}))) total += n;
    for (auto& [i, name] : sb::enumerate(names, 1)) name += std::to_string(i);
    for (auto [name, age] : sb::zip(names, primes)) total += age;
    for (auto& [name, n, bit] : sb::zip(names, squares(), bits)) total += bit ? n : 0;
    for (auto& age : sb::map(&std::pair<std::string const, int>::second, ages)) total += age;
    for (int n : sb::map(std::plus<>(), primes, naturals{})) total += n;
    for (long n : sb::chain(primes, std::vector<long>{7}, primes)) total += n;
    for (auto bit : sb::iter(bits)) total += bit;

    sb::any_generator sums{adds_up{}};
    sums.next();
    sums.send(short{3});
    sums.send(static_cast<short>(8));
    if (sums.take_returned().value_or("") != "ten") return 1;
    sums.close();

    std::vector<sb::any_generator<int>> several;
    several.emplace_back(std::in_place_type<naturals>, 3);
    several.emplace_back(std::allocator_arg, std::allocator<std::byte>(), naturals{});
    several.emplace_back();
    for (auto& each : several) {
        if (!each || !each.can_be_moved()) continue;
        if (auto const* const n = each.next()) total += *n;
    }
    several[2] = std::move(several[1]);

    auto made = sb::make<both>();
    return made.next() != nullptr && total > 0 ? 0 : 1;
}
