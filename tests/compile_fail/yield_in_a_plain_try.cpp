// gallery: Where a yield or await may stand
// expects[g++]: enters 'try' block
// expects[clang++]: jump bypasses initialization of try block
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
        } SB_END_TRY
#else
        try {
            SB_YIELD(1);
        } catch (...) {
        }
#endif
        SB_END();
    }
};
