// Frames that many tests start.
#pragma once

#include "live.hpp"

#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/try.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

// Waits for an hour.
struct sleeper {
    live alive{};
    switchback::step operator()(switchback::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(switchback::sleep(1h));
        SB_END();
    }
};

// Writes into a log when it begins, is told to end, has cleaned up, and ends by itself.
struct logger {
    words* log;
    std::string name;
    std::chrono::nanoseconds work = 1h;
    std::chrono::nanoseconds clean_up = 0ns;
    switchback::step operator()(switchback::returns<void>& co) {
        SB_BEGIN(co);
        log->push_back(name + " begins");
        SB_TRY {
            SB_AWAIT(switchback::sleep(work));
            log->push_back(name + " ends");
        } SB_FINALLY {
            log->push_back(name + " cleans up");
            if (clean_up > 0ns) SB_AWAIT(switchback::sleep(clean_up));
            log->push_back(name + " has cleaned up");
        } SB_END_TRY
        SB_END();
    }
};

// Returns a value after a while; with no time given, at once.
struct value_after {
    int value;
    std::chrono::nanoseconds time = 0ns;
    switchback::step operator()(switchback::returns<int>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(switchback::sleep(time));
        SB_RETURN(value);
        SB_END();
    }
};

// Fails after a while; with no time given, at once.
struct failure_after {
    char const* what;
    std::chrono::nanoseconds time = 0ns;
    switchback::step operator()(switchback::returns<int>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(switchback::sleep(time));
        throw std::runtime_error(what);
        SB_END();
    }
};

} // namespace test
