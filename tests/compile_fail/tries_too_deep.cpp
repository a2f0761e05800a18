// gallery: Try and with
// expects: blocks nest too deep
// expects: move the inner part into a frame of its own
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
                SB_TRY {
                    SB_TRY {
#ifndef SB_FIXED
                        SB_TRY {
                            SB_YIELD(1);
                        } SB_FINALLY {
                        } SB_END_TRY
#endif
                        SB_YIELD(2);
                    } SB_FINALLY {
                    } SB_END_TRY
                } SB_FINALLY {
                } SB_END_TRY
            } SB_FINALLY {
            } SB_END_TRY
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};
