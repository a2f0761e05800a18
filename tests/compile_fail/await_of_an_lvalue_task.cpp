// gallery: Tasks
// expects: a task is awaited once: write std::move(x)
#include <switchback/switchback.hpp>
#include <utility>
namespace sb = switchback;

struct body {
    sb::task<> held;
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
