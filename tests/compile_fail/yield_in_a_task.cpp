// gallery: Where a yield or await may stand
// expects: SB_YIELD in a task: a task awaits; a generator's context is sb::yields<Y>
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int>& co) {
#else
    sb::step operator()(sb::returns<void>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};
