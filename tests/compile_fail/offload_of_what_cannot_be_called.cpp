// gallery: Tasks
// expects: the callable cannot be called with these arguments
#include <switchback/switchback.hpp>
namespace sb = switchback;

int twice(int n);

struct body {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(sb::offload(twice, 1));
#else
        SB_AWAIT(sb::offload(twice, "one"));
#endif
        SB_END();
    }
};
