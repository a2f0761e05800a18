// Limits, as the tutorial shows them: of time for several awaits, and of how many tasks there are at once.
#include <fetch_two.hpp>

#include <doctest/doctest.h>

#include <algorithm>

#include "../support/fixture.hpp"

namespace {

namespace sb = switchback;
using namespace std::chrono_literals;

// A page with four links to pages, and so on, so many levels deep. Each awaits its links with an at_most.
struct crawl_tree {
    int& under_way;
    int& most;
    int levels;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        most = std::max(most, ++under_way);
        SB_AWAIT(sb::sleep(100ms));
        --under_way;
        if (levels == 0) SB_RETURN();
        SB_AWAIT(sb::run_in_parallel(sb::at_most{4}, crawl_tree{under_way, most, levels - 1},
            crawl_tree{under_way, most, levels - 1}, crawl_tree{under_way, most, levels - 1},
            crawl_tree{under_way, most, levels - 1}));
        SB_END();
    }
};

} // namespace

TEST_SUITE("examples: limits") {
    TEST_CASE_FIXTURE(test::virtual_time, "a limit for two awaits lets through what both of them do in time") {
        using examples::fetch_two;
        CHECK(scheduler.run(fetch_two{"a.html", "b.html"}) == "<a.html><b.html>");
        CHECK_THROWS_AS(scheduler.run(fetch_two{"a.html", "slow.html"}), sb::timed_out);
        CHECK(passed() == 4s + 5s);
    }

    TEST_CASE_FIXTURE(test::virtual_time, "at_most bounds the await that it is given to, none within it") {
        int under_way = 0;
        int most = 0;
        scheduler.run(crawl_tree{under_way, most, 1});
        CHECK(most == 4);
        scheduler.run(crawl_tree{under_way, most, 3});
        CHECK(most == 64);
    }
}
