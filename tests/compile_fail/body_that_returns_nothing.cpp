// gallery: The frame and its body
// expects: sb::generator takes a frame: a class or mutable lambda with one operator()
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int>& co) {
#else
    void operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

sb::generator<body> g;
