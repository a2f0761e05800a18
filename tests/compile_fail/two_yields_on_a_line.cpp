// gallery: Where a yield or await may stand
// expects: sb_one_resume_point_a_line
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
        SB_YIELD(2);
#else
        SB_YIELD(1); SB_YIELD(2);
#endif
        SB_END();
    }
};
