// gallery: Values
// expects: SB_RETURN() without a value in a body that returns one: its context is sb::returns<R>
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_RETURN(1);
#else
        SB_RETURN();
#endif
        SB_END();
    }
};
