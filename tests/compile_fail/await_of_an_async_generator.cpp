// expects: an async generator is not awaited, its next() is
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
struct reads {
    sb::async_generator<int> from = counts{};
    int* value = nullptr;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT_INTO(value, from.next());
#else
        SB_AWAIT(counts{});
#endif
        SB_END();
    }
};

sb::task<void> all() { return reads{}; }
