#include "frames.hpp"

#include <switchback/switchback.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

namespace sb = switchback;

TEST_CASE("the whole library may be included by several files of a program, which share it") {
    sb::generator<shared_numbers> g;
    g.next();
    CHECK(sum_there(g) == 1 + 2 + 30);

    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    CHECK(scheduler.run(shared_task{1}) == 2);
    CHECK(scheduler.run(task_from_there(2)) == 3);

    sb::unhandled_error_handler const handler = [](sb::unhandled_error const&) {};
    auto* const before = set_handler_there(handler);
    bool const is_seen_here = sb::set_unhandled_error_handler(before) == handler;
    CHECK(is_seen_here);
}
