// gallery: Switch
// expects: nest too deep
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(n) {
        SB_DEFAULT:
            SB_SWITCH(n) {
            SB_DEFAULT:
                SB_SWITCH(n) {
                SB_DEFAULT:
                    SB_SWITCH(n) {
                    SB_DEFAULT:
#ifndef SB_FIXED
                        SB_SWITCH(n) {
                        SB_DEFAULT: SB_YIELD(1);
                        }
#endif
                        SB_YIELD(2);
                    }
                }
            }
        }
        SB_END();
    }
};
