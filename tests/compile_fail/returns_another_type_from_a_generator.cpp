// gallery: Values
// expects: SB_RETURN: this value is not of the type that the body's context names
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
#ifdef SB_FIXED
        SB_RETURN(2);
#else
        SB_RETURN("two");
#endif
        SB_END();
    }
};
