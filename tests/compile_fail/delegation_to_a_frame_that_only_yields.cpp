// gallery: Delegation and loops
// expects: SB_YIELD_FROM: a frame that is made on the spot must be called with sb::delegates
#include <switchback/delegates.hpp>
namespace sb = switchback;

struct numbers {
#ifdef SB_FIXED
    sb::step operator()(sb::delegates<int>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

struct body {
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(numbers{});
        SB_END();
    }
};
