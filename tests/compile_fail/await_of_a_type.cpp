// gallery: Values
// expects[g++]: expected primary-expression before ')' token
// expects[clang++]: expected expression
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
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(child{});
#else
        SB_AWAIT(child);
#endif
        SB_END();
    }
};
