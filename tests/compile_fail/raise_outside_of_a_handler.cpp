// gallery: Try and with
// expects: SB_RAISE() stands outside a handler and outside a finally
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
#ifndef SB_FIXED
            SB_RAISE();
#endif
        } SB_CATCH_ALL {
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};
