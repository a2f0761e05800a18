// gallery: The frame and its body
// expects: sb::generator takes a frame: a class or mutable lambda with one operator()
#include <switchback/generator.hpp>
namespace sb = switchback;

#ifdef SB_FIXED
struct body {
#else
class body {
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

sb::generator<body> g;
