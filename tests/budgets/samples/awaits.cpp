// A task that awaits a child and a timer.
#include "tasks.hpp"

template <int N>
struct body {
    int n = N;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(n, child{n});
        SB_AWAIT(sb::sleep(std::chrono::seconds(1)));
        SB_RETURN(n);
        SB_END();
    }
};

SB_BODIES
