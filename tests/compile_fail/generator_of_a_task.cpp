// gallery: The frame and its body
// expects: sb::generator takes a body that is called with sb::yields<Y>&; this one is a task's
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int>& co) {
#else
    sb::step operator()(sb::returns<void>& co) {
#endif
        SB_BEGIN(co);
        SB_END();
    }
};

void use() {
    sb::generator<body> g;
    g.next();
}
