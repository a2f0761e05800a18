// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        static constexpr int count = 3;
#else
        constexpr int count = 3;
#endif
        SB_YIELD(count);
        SB_END();
    }
};
