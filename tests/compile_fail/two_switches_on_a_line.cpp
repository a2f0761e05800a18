// gallery: Switch
// expects: sb_one_SB_SWITCH_a_line
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(1) { SB_DEFAULT: break; }
        SB_SWITCH(2) { SB_DEFAULT: break; }
#else
        SB_SWITCH(1) { SB_DEFAULT: break; } SB_SWITCH(2) { SB_DEFAULT: break; }
#endif
        SB_YIELD(1);
        SB_END();
    }
};
