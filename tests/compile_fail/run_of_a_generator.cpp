// gallery: Tasks
// expects: a generator is not awaited: its context is sb::yields
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::returns<void>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_END();
    }
};

int use() { return sb::run(body{}); }
