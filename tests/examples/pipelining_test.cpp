// The connection of crawl_pipelined: one promise for each request, completed in the order of asking.
#include <crawl_pipelined.hpp>

#include "../support/fixture.hpp"
#include "lines.hpp"

namespace {

using namespace examples;
using namespace std::chrono_literals;

struct one_connection : test::virtual_time {
    site web{{
        {"slow", {"slow page", 100ms}},
        {"fast", {"fast page", 10ms}},
        {"last", {"last page", 20ms}},
    }};
    wire to{pump, web};
    pipelined::connection connection{scheduler, to};
};

} // namespace

TEST_SUITE("examples: pipelining") {
    TEST_CASE_FIXTURE(one_connection, "answers come in the order of the requests, each to its own future") {
        auto const slow = connection.get("slow");
        auto const fast = connection.get("fast");
        CHECK(to.most_on_the_way() == 2);
        pump.advance(99ms);
        CHECK_FALSE(slow.ready());
        CHECK_FALSE(fast.ready()); // it must not overtake
        pump.advance(1ms);
        CHECK(slow.get() == "slow page");
        CHECK(fast.get() == "fast page");
    }

    TEST_CASE_FIXTURE(one_connection,
        "a request whose future is dropped is answered to nobody, and shifts no other") {
        auto slow = connection.get("slow");
        auto const fast = connection.get("fast");
        slow.reset();
        auto const last = connection.get("last");
        pump.advance(100ms);
        CHECK(fast.get() == "fast page");
        CHECK(last.get() == "last page");
    }

    TEST_CASE_FIXTURE(one_connection, "a page that is missing fails its own future alone") {
        auto const missing = connection.get("missing");
        auto const fast = connection.get("fast");
        pump.advance(20ms);
        CHECK_THROWS_WITH(missing.get(), "404 missing");
        CHECK(fast.get() == "fast page");
    }

    TEST_CASE_FIXTURE(one_connection, "a connection that is lost fails all that wait for it") {
        auto const slow = connection.get("slow");
        auto const fast = connection.get("fast");
        to.cut();
        pump.advance(100ms);
        CHECK_THROWS_WITH(slow.get(), "the connection was lost");
        CHECK_THROWS_WITH(fast.get(), "the connection was lost");
    }

    TEST_CASE_FIXTURE(one_connection, "nothing runs while nothing is asked for, and one may ask again") {
        auto const fast = connection.get("fast");
        pump.advance(10ms);
        CHECK(fast.ready());
        CHECK(scheduler.unfinished_tasks() == 0);
        auto const turns = pump.turns();
        pump.advance(1h);
        CHECK(pump.turns() == turns);
        auto const last = connection.get("last");
        pump.advance(20ms);
        CHECK(last.get() == "last page");
    }

    TEST_CASE_FIXTURE(test::virtual_time, "futures that outlive the connection fail") {
        site const web(small_site());
        wire to(pump, web);
        sb::future<std::string> soon;
        {
            pipelined::connection connection(scheduler, to);
            soon = connection.get("http://site/index.html");
        }
        pump.run_ready();
        CHECK_THROWS_AS(soon.get(), sb::broken_promise);
    }
}
