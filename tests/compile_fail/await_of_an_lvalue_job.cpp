// gallery: Tasks
// expects: a job runs once: write std::move(x), or offload(
#include <switchback/switchback.hpp>
#include <utility>
namespace sb = switchback;

int compute();

struct body {
    decltype(sb::offload(compute)) held;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(std::move(held));
#else
        SB_AWAIT(held);
#endif
        SB_END();
    }
};
