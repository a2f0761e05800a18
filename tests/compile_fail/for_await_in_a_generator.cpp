// expects: SB_FOR_AWAIT in a generator: only a task can wait; a task's context is sb::returns<R>
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct counts {
    int n = 0;
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; n < 3; ++n) SB_YIELD(n);
        SB_END();
    }
};
#ifdef SB_FIXED
using context = sb::async_yields<int>;
using generator = sb::async_generator<int>;
#else
using context = sb::yields<int>;
struct passes_on;
using generator = sb::generator<passes_on>;
#endif
struct passes_on {
    sb::async_cursor<int> each{};
    sb::step operator()(context& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, counts{}) {
            SB_YIELD(*each);
        }
        SB_END();
    }
};

void all() { generator all{passes_on{}}; }
