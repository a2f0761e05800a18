// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
// expects: local
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    int local = 0;
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        local = 1;
#else
        int local = 1;
#endif
        SB_YIELD(local);
        SB_YIELD(local);
        SB_END();
    }
};
