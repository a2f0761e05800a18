// gallery: Try and with
// expects: stands behind the body of its SB_TRY or behind its handlers
#include <switchback/generator.hpp>

namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
#ifdef SB_FIXED
        } SB_CATCH_ALL {
        } SB_FINALLY {
#else
        } SB_FINALLY {
        } SB_CATCH_ALL {
#endif
        } SB_END_TRY
        SB_END();
    }
};

void use() { sb::generator<body>{}.next(); }
