// gallery: Delegation and loops
// expects: SB_YIELD_FROM_INTO: this generator returns nothing
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
    int result = 0;
    sb::generator<numbers> others{};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD_FROM(others);
#else
        SB_YIELD_FROM_INTO(result, others);
#endif
        SB_END();
    }
};
