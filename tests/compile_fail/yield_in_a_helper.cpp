// gallery: Where a yield or await may stand
// expects: SB_YIELD stands outside a body: write SB_BEGIN(co) first
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
#else
        helper(co);
#endif
        SB_END();
    }
#ifndef SB_FIXED
    void helper(sb::yields<int>& co) { SB_YIELD(1); }
#endif
};
