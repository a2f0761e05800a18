// gallery: Try and with
// expects: SB_ELSE stands behind
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
#ifdef SB_FIXED
        } SB_ELSE {
        } SB_FINALLY {
#else
        } SB_FINALLY {
        } SB_ELSE {
#endif
        } SB_END_TRY
        SB_END();
    }
};
