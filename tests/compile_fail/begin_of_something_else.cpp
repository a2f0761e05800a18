// gallery: The frame and its body
// expects: SB_BEGIN(co): co is the context that the body is called with
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
#ifdef SB_FIXED
        SB_BEGIN(co);
#else
        SB_BEGIN(*this);
#endif
        SB_YIELD(1);
        SB_END();
    }
};
