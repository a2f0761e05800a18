// gallery: Where a yield or await may stand
// expects[g++]: not within a switch statement
// expects[clang++]: 'case' statement not in switch statement
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
#ifdef SB_FIXED
        SB_YIELD(2);
#endif
        SB_END();
#ifndef SB_FIXED
        SB_YIELD(2);
#endif
    }
};
