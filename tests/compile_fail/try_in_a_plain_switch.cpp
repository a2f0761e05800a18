// gallery: Where a yield or await may stand
// expects: use_SB_SWITCH_for_a_yield_or_await_inside_a_switch
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(which) {
        SB_CASE(1):
#else
        switch (which) {
        case 1:
#endif
            SB_TRY {
                SB_YIELD(1);
            } SB_FINALLY {
            } SB_END_TRY
            break;
        }
        SB_END();
    }
};
