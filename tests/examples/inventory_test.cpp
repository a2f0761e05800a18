// inventory of tools/examples: thousands of items, and nothing runs while nothing happens.
#include <inventory.hpp>

#include <doctest/doctest.h>

#include "../support/fixture.hpp"

namespace {

using namespace examples;
using namespace std::chrono_literals;

struct window_of_5000 : test::virtual_time {
    picture_server server;
    inventory window{scheduler, server, 5000, 20};
};

} // namespace

TEST_SUITE("examples: inventory") {
    TEST_CASE_FIXTURE(window_of_5000, "only what is in view is loaded") {
        CHECK(scheduler.unfinished_tasks() == 20);
        pump.advance(1s);
        CHECK(window.pictures_in_view() == 20);
        CHECK(server.asked == 20);
        CHECK(server.answered == 20);
        CHECK(scheduler.unfinished_tasks() == 0);
    }

    TEST_CASE_FIXTURE(window_of_5000, "imvu T10: nothing runs while nothing happens") {
        pump.advance(1s);
        auto const turns = pump.turns();
        CHECK(turns < 20); // not even one for each picture
        pump.advance(24h);
        CHECK(pump.turns() == turns);
    }

    TEST_CASE_FIXTURE(window_of_5000,
        "imvu T7: a load that goes out of view is gone at once, the others go on") {
        pump.advance(50ms);
        CHECK(server.asked == 20);
        auto const turns = pump.turns();
        window.scroll_to(15);
        CHECK(server.given_up == 15); // and no turn was needed for that
        CHECK(pump.turns() == turns);
        CHECK(scheduler.unfinished_tasks() == 20);
        pump.advance(1s);
        CHECK(server.answered == 20);
        CHECK(server.given_up == 15);
        CHECK(window.pictures_in_view() == 20);
    }

    TEST_CASE_FIXTURE(window_of_5000, "pictures that stay in view are not loaded again") {
        pump.advance(1s);
        window.scroll_to(5);
        pump.advance(1s);
        CHECK(server.asked == 25);
        window.scroll_to(4);
        pump.advance(1s);
        CHECK(server.asked == 26);
    }

    TEST_CASE_FIXTURE(window_of_5000,
        "scrolled through in a hurry, it has asked for what was looked at, and no more") {
        for (std::size_t first = 0; first + 20 <= 5000; first += 20) window.scroll_to(first);
        CHECK(scheduler.unfinished_tasks() == 20);
        CHECK(server.asked == 0); // none of the others has come to its first step
        pump.advance(1s);
        CHECK(server.asked == 20);
        CHECK(server.given_up == 0);
        window.scroll_to(4990);
        CHECK(window.rows_in_view() == 10);
    }

    TEST_CASE("a window that is closed asks for nothing more") {
        test::virtual_time at;
        picture_server server;
        {
            inventory const window(at.scheduler, server, 5000, 20);
            at.pump.advance(50ms);
        }
        CHECK(server.given_up == 20);
        CHECK(at.scheduler.unfinished_tasks() == 0);
    }
}
