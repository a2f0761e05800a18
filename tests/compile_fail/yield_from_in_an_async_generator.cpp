// expects: SB_YIELD_FROM in an async generator: write SB_FOR_AWAIT (each, other), and SB_YIELD(*each) on the next line
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
struct goes_on {
    sb::async_generator<int> from = counts{};
    sb::async_cursor<int> each{};
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_FOR_AWAIT (each, from) {
            SB_YIELD(*each);
        }
#else
        SB_YIELD_FROM(from);
#endif
        SB_END();
    }
};

sb::async_generator<int> numbers() { return goes_on{}; }
