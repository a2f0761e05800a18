// gallery: Delegation and loops
// expects: the context must say sb::delegates<Y>
#include <switchback/delegates.hpp>
namespace sb = switchback;

struct body {
    int depth;
#ifdef SB_FIXED
    sb::step operator()(sb::delegates<int>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        if (depth > 0) SB_YIELD_FROM(body{depth - 1});
        SB_YIELD(depth);
        SB_END();
    }
};
