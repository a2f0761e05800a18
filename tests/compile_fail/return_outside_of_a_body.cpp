// gallery: Where a yield or await may stand
// expects: SB_RETURN stands outside a body: write SB_BEGIN(co) first
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
#ifdef SB_FIXED
        SB_BEGIN(co);
#endif
        SB_RETURN();
#ifdef SB_FIXED
        SB_END();
#endif
    }
};
