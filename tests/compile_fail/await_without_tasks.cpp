// gallery: Where a yield or await may stand
// expects: SB_AWAIT in a generator: only a task can wait
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
#else
        SB_AWAIT(1);
#endif
        SB_END();
    }
};
