// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    int local = 0;
#endif
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        local = 1;
#else
        int local = 1;
#endif
        SB_AWAIT(sb::yield_now());
        SB_RETURN(local);
        SB_END();
    }
};
