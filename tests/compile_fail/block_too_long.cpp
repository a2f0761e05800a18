// gallery: Where a yield or await may stand
// expects: SB_YIELD stands too many lines behind the beginning of its body
// expects: move a part into a frame of its own
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
#ifndef SB_FIXED
#    line 2000 "block_too_long.cpp"
#endif
            SB_YIELD(1);
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};
