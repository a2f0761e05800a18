// expects: SB_RETURN(value) in an async generator: it yields values, and returns none
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct counts {
    int n = 0;
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; n < 3; ++n) SB_YIELD(n);
#ifdef SB_FIXED
        SB_RETURN();
#else
        SB_RETURN(n);
#endif
        SB_END();
    }
};

sb::async_generator<int> numbers() { return counts{}; }
