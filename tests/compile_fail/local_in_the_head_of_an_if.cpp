// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    int find();
#ifdef SB_FIXED
    int found = 0;
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        found = find();
        if (found != 0) SB_YIELD(found);
#else
        if (int const found = find(); found != 0) SB_YIELD(found);
#endif
        SB_END();
    }
};
