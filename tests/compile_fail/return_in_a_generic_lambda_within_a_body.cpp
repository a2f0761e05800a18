// gallery: Where a yield or await may stand
// expects: sb_this_macro_stands_in_a_lambda_within_a_body
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
#ifdef SB_FIXED
        SB_RETURN();
#else
        auto const leave = [&](auto const&) { SB_RETURN(); };
        leave(1);
#endif
        SB_END();
    }
};
