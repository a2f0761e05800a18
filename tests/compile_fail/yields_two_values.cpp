// gallery: Values
// expects: SB_YIELD takes the one value to yield
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
#else
        SB_YIELD(1, 2);
#endif
        SB_END();
    }
};
