// gallery: Where a yield or await may stand
// expects[g++]: enters 'catch' block
// expects[clang++]: jump bypasses initialization of catch block
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    void call();
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_TRY {
#else
        try {
#endif
            call();
#ifdef SB_FIXED
        } SB_CATCH_ALL {
#else
        } catch (...) {
#endif
            SB_YIELD(1);
#ifdef SB_FIXED
        } SB_END_TRY
#else
        }
#endif
        SB_END();
    }
};
