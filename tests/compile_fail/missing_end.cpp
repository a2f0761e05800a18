// gallery: The frame and its body
// expects: sb_SB_END_is_missing
// expects[g++]: expected '}' at end of input
// expects[clang++]: expected '}'
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
#ifdef SB_FIXED
        SB_END();
#endif
    }
};
