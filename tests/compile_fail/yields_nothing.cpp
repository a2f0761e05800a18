// gallery: Values
// expects: expected
// expects: expression
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
#else
        SB_YIELD();
#endif
        SB_END();
    }
};
