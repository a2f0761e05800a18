// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int n;
#ifdef SB_FIXED
    int local = 0;
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(n) {
#ifdef SB_FIXED
        SB_CASE(1): local = 1;
#else
        SB_CASE(1): int const local = 1;
#endif
            SB_YIELD(local);
            break;
        SB_DEFAULT: SB_YIELD(2);
        }
        SB_END();
    }
};
