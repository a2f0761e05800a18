// gallery: Switch
// expects: use_SB_SWITCH_for_a_yield_or_await_inside_a_switch
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
#ifdef SB_FIXED
        SB_CASE(1): SB_YIELD(1);
#else
        case 1: SB_YIELD(1);
#endif
        }
        SB_END();
    }
};
