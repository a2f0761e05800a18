// gallery: Where a yield or await may stand
// expects: use_SB_SWITCH_for_a_yield_or_await_inside_a_switch
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(n) {
        SB_CASE(0): SB_AWAIT(sb::yield_now());
#else
        switch (n) {
        case 0: SB_AWAIT(sb::yield_now());
#endif
        }
        SB_END();
    }
};
