// gallery: Delegation and loops
// expects: SB_YIELD_FROM takes a generator that is a member of the frame
#include <switchback/yield_from.hpp>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

struct body {
#ifdef SB_FIXED
    sb::generator<numbers> others{};
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD_FROM(others);
#else
        SB_YIELD_FROM(numbers{});
#endif
        SB_END();
    }
};
