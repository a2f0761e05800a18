// gallery: Values
// expects: SB_AWAIT_INTO, SB_AWAIT_OK: what is awaited has no result; write SB_AWAIT
// expects[clang++]: no matching function for call
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    int result = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(sb::yield_now());
#else
        SB_AWAIT_INTO(result, sb::yield_now());
#endif
        SB_END();
    }
};
