// gallery: Try and with
// expects: SB_FINALLY stands once, as the last block of its SB_TRY
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
#ifndef SB_FIXED
        } SB_FINALLY {
#endif
        } SB_END_TRY
        SB_END();
    }
};
