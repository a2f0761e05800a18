// expects[g++]: 'await' is not a member of
// expects[clang++]: no member named 'await'
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
#else
        SB_AWAIT(1);
#endif
        SB_END();
    }
};
