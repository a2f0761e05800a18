// gallery: Switch
// expects: SB_CASE stands outside of an SB_SWITCH
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(n) {
        SB_CASE(1): SB_YIELD(1);
        }
#else
        SB_CASE(1): SB_YIELD(1);
#endif
        SB_END();
    }
};
