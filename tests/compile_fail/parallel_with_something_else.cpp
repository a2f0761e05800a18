// gallery: Tasks
// expects: this is nothing that can be awaited
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(sb::run_in_parallel(sb::yield_now(), sb::yield_now()));
#else
        SB_AWAIT(sb::run_in_parallel(sb::yield_now(), 42));
#endif
        SB_END();
    }
};
