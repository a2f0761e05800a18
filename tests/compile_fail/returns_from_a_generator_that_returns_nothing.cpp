// gallery: Values
// expects: SB_RETURN(value) in a body that returns nothing: its context must say sb::yields<Y, Sent, Returned>
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int, void, int>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_RETURN(2);
        SB_END();
    }
};
