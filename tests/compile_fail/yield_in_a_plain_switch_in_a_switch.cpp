// gallery: Where a yield or await may stand
// expects: use_SB_SWITCH_for_a_yield_or_await_inside_a_switch
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(n) {
        SB_CASE(0):
#ifdef SB_FIXED
            SB_SWITCH(n) {
            SB_CASE(0): SB_YIELD(1);
#else
            switch (n) {
            case 0: SB_YIELD(1);
#endif
            }
        }
        SB_END();
    }
};
