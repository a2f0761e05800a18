// gallery: Where a yield or await may stand
// expects: sb_this_macro_stands_in_a_lambda_within_a_body
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
#ifdef SB_FIXED
            SB_RAISE();
#else
            [&] { SB_RAISE(); }();
#endif
        } SB_END_TRY
        SB_END();
    }
};
