#include <switchback/detail/timer_wheel.hpp>

#include <switchback/detail/node.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace detail = switchback::detail;
using detail::timer_wheel;

namespace {

detail::frame_type const no_type{};

struct entry : detail::node {
    entry() : node(nullptr, no_type) {}
    std::multimap<std::uint64_t, entry*>::iterator in_model{};
};

std::vector<entry*> advance(timer_wheel& wheel, std::uint64_t now) {
    detail::list_head due;
    wheel.advance(now, due);
    std::vector<entry*> all;
    while (!due.empty()) {
        all.push_back(static_cast<entry*>(static_cast<detail::node*>(&due.pop_front())));
    }
    return all;
}

} // namespace

TEST_CASE("an empty wheel has no next moment") {
    timer_wheel wheel;
    CHECK(wheel.empty());
    CHECK(wheel.next() == timer_wheel::never);
    CHECK(advance(wheel, 1000).empty());
}

TEST_CASE("an entry leaves the wheel at its deadline, and not a nanosecond before") {
    for (std::uint64_t const deadline : {std::uint64_t(1), std::uint64_t(63), std::uint64_t(64),
             std::uint64_t(4095), std::uint64_t(4096), std::uint64_t(1) << 40,
             std::uint64_t(1) << 62, ~std::uint64_t(0) - 1}) {
        timer_wheel wheel;
        entry one;
        wheel.insert(one, deadline);
        CHECK(wheel.next() == deadline);
        CHECK(advance(wheel, deadline - 1).empty());
        CHECK(wheel.next() == deadline);
        CHECK(advance(wheel, deadline) == std::vector<entry*>{&one});
        CHECK(wheel.empty());
    }
}

TEST_CASE("a deadline that has passed is due at once, behind what became due before") {
    timer_wheel wheel;
    entry a;
    entry b;
    (void)advance(wheel, 1000);
    wheel.insert(a, 1000);
    wheel.insert(b, 5);
    CHECK(advance(wheel, 1000) == std::vector<entry*>{&a, &b});
}

TEST_CASE("equal deadlines leave in the order of insertion, however far apart they were set") {
    timer_wheel wheel;
    std::vector<std::unique_ptr<entry>> all;
    std::vector<entry*> expected;
    std::uint64_t const deadline = (std::uint64_t(1) << 42) + 12345;
    for (int bit = 0; bit < 42; ++bit) {
        (void)advance(wheel, deadline - (std::uint64_t(1) << (42 - bit)));
        for (int i = 0; i < 3; ++i) {
            all.push_back(std::make_unique<entry>());
            wheel.insert(*all.back(), deadline);
            expected.push_back(all.back().get());
        }
    }
    CHECK(advance(wheel, deadline) == expected);
}

TEST_CASE("a removed entry does not come back, and those beside it do") {
    timer_wheel wheel;
    entry a;
    entry b;
    entry c;
    wheel.insert(a, 100);
    wheel.insert(b, 100);
    wheel.insert(c, 100);
    wheel.remove(b);
    CHECK(wheel.size() == 2);
    CHECK(advance(wheel, 200) == std::vector<entry*>{&a, &c});
}

TEST_CASE("next() is not after the earliest deadline when many entries share a slot") {
    timer_wheel wheel;
    std::vector<std::unique_ptr<entry>> all;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        all.push_back(std::make_unique<entry>());
        wheel.insert(*all.back(), (std::uint64_t(1) << 30) + 1000 - i);
    }
    std::size_t left = 1000;
    for (int asked = 0; left != 0; ++asked) {
        REQUIRE(asked < 2000);
        auto const next = wheel.next();
        CHECK(next <= (std::uint64_t(1) << 30) + 1000 - left + 1);
        left -= advance(wheel, next).size();
    }
}

// Against the plainest thing that does the same.
namespace {

class comparison {
public:
    explicit comparison(std::mt19937_64& random) : random_(random) {}
    ~comparison() {
        for (auto* const at : waiting_) wheel_.remove(*at);
    }

    bool is_over() const { return now_ >= std::uint64_t(1) << 62; }

    // One random operation. Whether the two agree.
    bool step() {
        auto const what = random_() % 10;
        if (what < 5) {
            insert();
        } else if (what < 7 && !waiting_.empty()) {
            remove(waiting_[static_cast<std::size_t>(random_() % waiting_.size())]);
        } else if (!go_on(what)) {
            return false;
        }
        return wheel_.size() == model_.size() &&
               (model_.empty() ? wheel_.next() == timer_wheel::never
                               : wheel_.next() <= model_.begin()->first);
    }

private:
    // From a nanosecond to 2^62 away; now and then exactly where another one is.
    std::uint64_t somewhere() {
        auto const distance = random_() >> (2 + random_() % 62);
        if (random_() % 4 == 0) {
            auto const at = model_.lower_bound(now_ + distance);
            if (at != model_.end()) return at->first;
        }
        return now_ + distance;
    }
    void insert() {
        owned_.push_back(std::make_unique<entry>());
        auto* const fresh = owned_.back().get();
        auto const deadline = somewhere();
        wheel_.insert(*fresh, deadline);
        fresh->in_model = model_.emplace(deadline, fresh);
        waiting_.push_back(fresh);
    }
    void remove(entry* gone) {
        wheel_.remove(*gone);
        forget(gone);
    }
    void forget(entry* gone) {
        model_.erase(gone->in_model);
        waiting_.erase(std::find(waiting_.begin(), waiting_.end(), gone));
    }
    bool go_on(std::uint64_t how) {
        if (how == 7 && !model_.empty()) {
            now_ = std::max(now_, wheel_.next());
        } else if (how == 8 && !model_.empty()) {
            now_ = model_.begin()->first;
        } else {
            now_ += random_() >> (4 + random_() % 60);
        }
        for (auto* const gone : advance(wheel_, now_)) {
            if (model_.empty() || model_.begin()->second != gone || model_.begin()->first > now_) {
                return false;
            }
            forget(gone);
        }
        return model_.empty() || model_.begin()->first > now_;
    }

    std::mt19937_64& random_;
    timer_wheel wheel_;
    std::multimap<std::uint64_t, entry*> model_;
    std::vector<std::unique_ptr<entry>> owned_;
    std::vector<entry*> waiting_;
    std::uint64_t now_ = 0;
};

} // namespace

TEST_CASE("aio S5: a wheel and a multimap agree, at every distance, for any order of operations") {
    std::mt19937_64 random(1);
    for (int done = 0, rounds = 0; done < 100'000; ++rounds) {
        comparison both(random);
        for (int i = 0; i < 3000 && !both.is_over(); ++i, ++done) {
            CAPTURE(rounds);
            CAPTURE(i);
            REQUIRE(both.step());
        }
    }
}
