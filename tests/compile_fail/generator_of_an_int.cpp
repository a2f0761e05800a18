// gallery: The frame and its body
// expects: sb::generator takes a frame: a class or mutable lambda with one operator()
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

#ifdef SB_FIXED
sb::generator<body> g;
#else
sb::generator<int> g;
#endif
