// Frames that several scenarios await.
#pragma once

#include "scenario.hpp"

#include <switchback/task.hpp>

namespace faults {

// Waits, and returns a value.
struct value_after {
    int value;
    std::chrono::nanoseconds time = 1s;
    test::live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(sb::sleep(time));
        SB_RETURN(value);
        SB_END();
    }
};

// Waits, and fails.
struct fails_after {
    std::chrono::nanoseconds time = 1s;
    test::live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (time > 0ns) SB_AWAIT(sb::sleep(time));
        throw failure{};
        SB_END();
    }
};

// Waits in a try, and again in its finally.
struct cleans_up {
    std::chrono::nanoseconds work = 1s;
    std::chrono::nanoseconds clean_up = 1s;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::sleep(work));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::sleep(clean_up));
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

// Both, so many deep: each level has a try of its own.
struct guarded_chain {
    int depth;
    bool fails = false;
    int got = 0;
    test::live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            if (depth > 0) {
                SB_AWAIT_INTO(got, guarded_chain{depth - 1, fails});
            } else if (fails) {
                SB_AWAIT(fails_after{});
            } else {
                SB_AWAIT_INTO(got, value_after{1});
            }
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_RETURN(got + 1);
        SB_END();
    }
};

// The same without a try.
struct plain_chain {
    int depth;
    bool fails = false;
    int got = 0;
    test::live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        if (depth > 0) {
            SB_AWAIT_INTO(got, plain_chain{depth - 1, fails});
        } else if (fails) {
            SB_AWAIT(fails_after{});
        } else {
            SB_AWAIT_INTO(got, value_after{1});
        }
        SB_RETURN(got + 1);
        SB_END();
    }
};

} // namespace faults
