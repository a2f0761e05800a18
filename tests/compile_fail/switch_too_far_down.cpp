// gallery: Where a yield or await may stand
// expects: SB_SWITCH stands too many lines behind the beginning of its body
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
#ifndef SB_FIXED
#    line 2000 "switch_too_far_down.cpp"
#endif
            SB_SWITCH(n) {
            SB_DEFAULT: SB_YIELD(1);
            }
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};
