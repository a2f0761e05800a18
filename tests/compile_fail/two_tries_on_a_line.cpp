// gallery: Try and with
// expects: sb_one_try_or_with_a_line
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_TRY {
        } SB_END_TRY
        SB_TRY {
        } SB_END_TRY
#else
        SB_TRY { } SB_END_TRY SB_TRY { } SB_END_TRY
#endif
        SB_YIELD(1);
        SB_END();
    }
};
