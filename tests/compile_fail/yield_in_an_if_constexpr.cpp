// gallery: Where a yield or await may stand
// expects[g++]: enters 'constexpr if' statement
// expects[clang++]: jump enters controlled statement of constexpr if
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        if (sizeof(int) == 4) SB_YIELD(1);
#else
        if constexpr (sizeof(int) == 4) SB_YIELD(1);
#endif
        SB_END();
    }
};
