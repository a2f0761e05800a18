// gallery: Values
// expects: SB_RETURN(value) in a body that returns nothing: its context must say sb::returns<R>
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::returns<int>& co) {
#else
    sb::step operator()(sb::returns<void>& co) {
#endif
        SB_BEGIN(co);
        SB_RETURN(1);
        SB_END();
    }
};
