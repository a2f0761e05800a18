// gallery: Tasks
// expects: a frame runs once: write std::move(x), or pass a copy
#include <switchback/switchback.hpp>
#include <utility>
namespace sb = switchback;

struct child {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

struct body {
    child held{};
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
