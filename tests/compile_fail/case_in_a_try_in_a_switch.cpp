// gallery: Switch
// expects: SB_CASE stands outside of an SB_SWITCH
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(n) {
        SB_DEFAULT:
            SB_TRY {
#ifdef SB_FIXED
                if (n == 1) SB_YIELD(1);
#else
            SB_CASE(1): SB_YIELD(1);
#endif
            } SB_CATCH_ALL {
            } SB_END_TRY
        }
        SB_END();
    }
};
