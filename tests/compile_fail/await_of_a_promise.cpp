// gallery: Tasks
// expects: a promise is not awaited: await its future, p.get_future()
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    sb::promise<int> p;
    int n = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT_INTO(n, p.get_future());
#else
        SB_AWAIT_INTO(n, p);
#endif
        SB_END();
    }
};
