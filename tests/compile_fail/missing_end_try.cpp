// gallery: Try and with
// expects: SB_END() closes a body: is an SB_END_TRY missing before it?
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
        }
#ifdef SB_FIXED
        SB_END_TRY
#endif
        SB_END();
    }
};
