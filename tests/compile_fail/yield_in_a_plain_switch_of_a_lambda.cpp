// gallery: Where a yield or await may stand
// expects: use_SB_SWITCH_for_a_yield_or_await_inside_a_switch
#include <switchback/generator.hpp>
namespace sb = switchback;

void use() {
    sb::generator g{[n = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(n) {
        SB_CASE(0): SB_YIELD(1);
#else
        switch (n) {
        case 0: SB_YIELD(1);
#endif
        }
        SB_END();
    }};
    g.next();
}
