// gallery: The frame and its body
// expects: sb::step operator()(sb::yields<Y>& co)
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int>& co) {
#else
    sb::step operator()(sb::yields<int> co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

sb::generator<body> g;
