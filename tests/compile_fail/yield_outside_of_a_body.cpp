// gallery: Where a yield or await may stand
// expects: SB_YIELD stands outside a body: write SB_BEGIN(co) first
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
#ifdef SB_FIXED
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
#else
        SB_YIELD(1);
        return sb::step::returned;
#endif
    }
};
