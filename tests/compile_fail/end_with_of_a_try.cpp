// gallery: Try and with
// expects: SB_END_WITH closes the block of an SB_WITH
#include <switchback/generator.hpp>
#include <switchback/with.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
#ifdef SB_FIXED
        } SB_END_TRY
#else
        } SB_END_WITH
#endif
        SB_END();
    }
};
