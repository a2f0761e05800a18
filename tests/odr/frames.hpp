// A generator and a task that both halves of the test use.
#pragma once

#include <switchback/switchback.hpp>

struct shared_numbers {
    int i = 0;
    switchback::step operator()(switchback::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i < 3; ++i) SB_YIELD(i);
            throw i;
        } SB_CATCH(int const& error) {
            SB_YIELD(error * 10);
        } SB_END_TRY
        SB_END();
    }
};

struct shared_task {
    int given;
    switchback::step operator()(switchback::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(switchback::yield_now());
        SB_RETURN(given + 1);
        SB_END();
    }
};

// In other.cpp.
int sum_there(switchback::generator<shared_numbers>& g);
switchback::task<int> task_from_there(int given);
switchback::unhandled_error_handler set_handler_there(switchback::unhandled_error_handler handler);
