// A limit for several awaits, as the tutorial shows it.
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "../support/fixture.hpp"

namespace {

namespace sb = switchback;
using namespace std::chrono_literals;

struct fetch {
    std::string url;

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(url == "slow" ? 4s : 2s));
        SB_RETURN("<" + url + ">");
        SB_END();
    }
};

// quoted: two_within_a_limit
struct fetch_two {
    std::string first_url;
    std::string second_url;
    std::string first{};
    std::string second{};
    std::optional<sb::fail_after> limit{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(5s)) {
            SB_AWAIT_INTO(first, fetch{first_url});
            SB_AWAIT_INTO(second, fetch{second_url});
        } SB_END_WITH
        SB_RETURN(first + second);
        SB_END();
    }
};
// end of quote

} // namespace

TEST_SUITE("examples: limits") {
    TEST_CASE_FIXTURE(test::virtual_time, "a limit for two awaits lets through what both of them do in time") {
        CHECK(scheduler.run(fetch_two{"a", "b"}) == "<a><b>");
        CHECK_THROWS_AS(scheduler.run(fetch_two{"a", "slow"}), sb::timed_out);
        CHECK(passed() == 4s + 5s);
    }
}
