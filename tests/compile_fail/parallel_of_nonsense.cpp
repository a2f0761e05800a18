// gallery: Tasks
// expects: sb::run_in_parallel takes awaitables
#include <switchback/switchback.hpp>
#include <vector>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(sb::run_in_parallel(sb::yield_now(), sb::yield_now()));
#else
        SB_AWAIT(sb::run_in_parallel(1, 2, 3));
#endif
        SB_END();
    }
};
