// gallery: Values
// expects: SB_RETURN: this value is not of the type that the body's context, sb::returns<R>, names
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_RETURN(1);
#else
        SB_RETURN("one");
#endif
        SB_END();
    }
};
