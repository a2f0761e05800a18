// gallery: The frame and its body
// expects: sb_a_body_has_one_SB_BEGIN
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifndef SB_FIXED
        SB_BEGIN(co);
#endif
        SB_YIELD(1);
#ifndef SB_FIXED
        SB_END();
#endif
        SB_END();
    }
};
