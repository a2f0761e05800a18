// gallery: Values
// expects: sb::returns<R>: a task returns an object or void; return a pointer for a reference
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    int value = 1;
#ifdef SB_FIXED
    sb::step operator()(sb::returns<int*>& co) {
        SB_BEGIN(co);
        SB_RETURN(&value);
#else
    sb::step operator()(sb::returns<int&>& co) {
        SB_BEGIN(co);
        SB_RETURN(value);
#endif
        SB_END();
    }
};
