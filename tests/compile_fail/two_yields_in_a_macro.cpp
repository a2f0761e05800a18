// gallery: Where a yield or await may stand
// expects: sb_one_resume_point_a_line
#include <switchback/generator.hpp>
namespace sb = switchback;

#ifndef SB_FIXED
#define TWICE(value) SB_YIELD(value); SB_YIELD(value)
#endif
struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
        SB_YIELD(1);
#else
        TWICE(1);
#endif
        SB_END();
    }
};
