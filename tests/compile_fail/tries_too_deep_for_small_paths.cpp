// gallery: Try and with
// expects: blocks nest too deep (two of SB_TRY, SB_WITH and SB_SWITCH): move the inner part into a frame of its own
// flags: -DSB_PATH_BITS=32
#include <switchback/generator.hpp>

namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_TRY {
#ifdef SB_FIXED
                SB_YIELD(1);
#else
                SB_TRY {
                    SB_YIELD(1);
                } SB_CATCH_ALL {
                } SB_END_TRY
#endif
            } SB_CATCH_ALL {
            } SB_END_TRY
        } SB_CATCH_ALL {
        } SB_END_TRY
        SB_END();
    }
};

int main() {
    return *sb::generator<body>().next();
}
