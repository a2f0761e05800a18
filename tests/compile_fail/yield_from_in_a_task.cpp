// gallery: Delegation and loops
// expects: SB_YIELD_FROM in a task: a task awaits
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

struct body {
    sb::generator<numbers> others{};
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int>& co) {
#else
    sb::step operator()(sb::returns<void>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD_FROM(others);
        SB_END();
    }
};
