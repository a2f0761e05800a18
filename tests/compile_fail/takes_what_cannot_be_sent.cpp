// gallery: Values
// expects: SB_YIELD_INTO: nothing can be sent to this body; its context must say sb::yields<Y, Sent>
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int got = 0;
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int, int>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD_INTO(got, 1);
        SB_END();
    }
};
