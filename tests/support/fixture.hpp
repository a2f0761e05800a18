// What most tests of tasks stand on: a scheduler on virtual time, and perhaps a log.
#pragma once

#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <chrono>

#include "frames.hpp"

namespace test {

struct virtual_time {
    switchback::testing::virtual_pump pump;
    switchback::task_scheduler scheduler{pump, pump};
    switchback::time_point test_began = pump.now();

    std::chrono::nanoseconds passed() const { return pump.now() - test_began; }
};

struct logged {
    words log;
};
struct virtual_time_with_log : logged, virtual_time {}; // so the log outlives the tasks that write to it

} // namespace test
