// gallery: Where a yield or await may stand
// expects: sb_one_resume_point_a_line
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(sb::yield_now());
#else
        SB_AWAIT(sb::yield_now()); SB_AWAIT(sb::yield_now());
#endif
        SB_END();
    }
};
