// gallery: Values
// expects: this is nothing that can be awaited
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct child {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_RETURN(1);
        SB_END();
    }
};

struct body {
    int n = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT_INTO(n, child{});
#else
        SB_AWAIT_INTO(child{}, n);
#endif
        SB_END();
    }
};
