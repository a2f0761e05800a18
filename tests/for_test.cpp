#include <switchback/for.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace sb = switchback;

namespace {

template <class F>
std::vector<int> values_of(F frame) {
    std::vector<int> values;
    for (int value : sb::generator<F>{std::move(frame)}) values.push_back(value);
    return values;
}

struct upto {
    int n;
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < n; ++i) SB_YIELD(i);
        SB_END();
    }
};

} // namespace

TEST_CASE("SB_FOR walks a range that lives in the frame, across yields, with break and continue") {
    struct body {
        std::vector<int> numbers{1, 2, 3, 4, 5};
        sb::cursor<std::vector<int>&> each{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_FOR(each, numbers) {
                if (*each == 2) continue;
                if (*each == 5) break;
                SB_YIELD(*each);
            }
            SB_YIELD(-1);
            SB_END();
        }
    };
    CHECK(values_of(body{}) == std::vector{1, 3, 4, -1});
}

TEST_CASE("SB_FOR owns a range that it is given, until the loop has come to its end") {
    struct body {
        std::shared_ptr<int> token;
        sb::cursor<std::vector<std::shared_ptr<int>>> each{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_FOR(each, std::vector<std::shared_ptr<int>>{token, token}) {
                SB_YIELD(static_cast<int>(token.use_count()));
            }
            SB_YIELD(static_cast<int>(token.use_count()));
            SB_END();
        }
    };
    auto const values = values_of(body{std::make_shared<int>(1)});
    CHECK(values.size() == 3);
    CHECK(values[0] == 3);
    CHECK(values[2] == 1);
}

TEST_CASE("SB_FOR walks a generator, a member's or one of its own") {
    struct body {
        sb::generator<upto> numbers{std::in_place, 3};
        sb::cursor<sb::generator<upto>&> each{};
        sb::cursor<sb::generator<upto>> own{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_FOR(each, numbers) SB_YIELD(*each);
            SB_FOR(own, sb::generator<upto>{upto{2}}) SB_YIELD(10 + *own);
            SB_END();
        }
    };
    std::vector<int> values;
    for (int value : sb::generator<body>{}) values.push_back(value);
    CHECK(values == std::vector{0, 1, 2, 10, 11});
}

TEST_CASE("a cursor that has been started is not moved: its iterators may point into its range") {
    sb::cursor<std::string> each;
    auto copy = each;
    each.start("abc");
    CHECK_THROWS_AS(sb::cursor<std::string>(std::move(each)), sb::moved_after_start);
    CHECK_THROWS_AS(copy = each, sb::moved_after_start);
    CHECK_FALSE(copy.more());
    CHECK(*each == 'a');
}

TEST_CASE("a cursor of a generator that was not started gives nothing") {
    struct one {
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD(1);
            SB_END();
        }
    };
    sb::cursor<sb::generator<one>&> borrowing;
    CHECK_FALSE(borrowing.more());
    sb::cursor<sb::generator<one>> owning;
    CHECK_FALSE(owning.more());
    owning.start(sb::generator<one>{});
    CHECK(owning.more());
    CHECK_FALSE(owning.more());
    CHECK_FALSE(owning.more());
}
