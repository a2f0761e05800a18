// gallery: Where a yield or await may stand
// expects: SB_AWAIT in a generator: only a task can wait; a task's context is sb::returns<R>
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::returns<void>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};
