// gallery: Tasks
// expects: a generator is not awaited: its context is sb::yields; a task's is sb::returns<R>
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct child {
#ifdef SB_FIXED
    sb::step operator()(sb::returns<void>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_END();
    }
};

struct body {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(child{});
        SB_END();
    }
};
