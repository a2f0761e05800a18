#include "frames.hpp"

#include <switchback/switchback.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <numeric>

int sum_there(switchback::generator<shared_numbers>& g) {
    return std::accumulate(g.begin(), g.end(), 0);
}

switchback::task<int> task_from_there(int given) { return shared_task{given}; }

switchback::unhandled_error_handler set_handler_there(switchback::unhandled_error_handler handler) {
    return switchback::set_unhandled_error_handler(handler);
}
