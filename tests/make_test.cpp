#include <switchback/make.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

namespace sb = switchback;

namespace {

struct between {
    int at, end;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; at < end; ++at) SB_YIELD(at);
        SB_END();
    }
};

// Has a mutex, and a pointer into itself.
struct cannot_be_moved {
    explicit cannot_be_moved(std::string given) : text(std::move(given)), at(&text) {}
    cannot_be_moved(cannot_be_moved const&) = delete;
    cannot_be_moved& operator=(cannot_be_moved const&) = delete;

    std::mutex mutex;
    std::string text;
    std::string* at;

    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD(*at);
        SB_END();
    }
};
static_assert(!std::is_move_constructible_v<cannot_be_moved>);

auto made_elsewhere(char const* text) { return sb::make<cannot_be_moved>(text); }

struct counts_its_moves {
    explicit counts_its_moves(int* counter) : moves(counter) {}
    counts_its_moves(counts_its_moves&& other) noexcept : moves(other.moves) { ++*moves; }
    int* moves;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(*moves);
        SB_END();
    }
};

} // namespace

TEST_CASE("make builds an aggregate from its members") {
    auto numbers = sb::make<between>(2, 5);
    static_assert(std::is_same_v<decltype(numbers), sb::generator<between>>);
    CHECK(std::vector<int>(numbers.begin(), numbers.end()) == std::vector{2, 3, 4});
    CHECK(sb::make<between>().next() == nullptr);
}

TEST_CASE("make hands out a frame that cannot be moved") {
    auto words = made_elsewhere("some text");
    CHECK(*words.next() == "some text");
    CHECK(words.next() == nullptr);
}

TEST_CASE("make moves nothing") {
    int moves = 0;
    auto g = sb::make<counts_its_moves>(&moves);
    CHECK(*g.next() == 0);
}
