// gallery: Switch
// expects[g++]: duplicate case value
// expects[clang++]: duplicate case value
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(n) {
        SB_CASE(1): SB_YIELD(1); break;
#ifdef SB_FIXED
        SB_CASE(2): SB_YIELD(2); break;
#else
        SB_CASE(1): SB_YIELD(2); break;
#endif
        }
        SB_END();
    }
};
