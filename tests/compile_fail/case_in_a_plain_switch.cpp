// gallery: Switch
// expects: use_SB_SWITCH_for_a_yield_or_await_inside_a_switch
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(n) {
#else
        switch (n) {
#endif
        SB_CASE(1): ++n; break;
        }
        SB_YIELD(n);
        SB_END();
    }
};
