// gallery: The frame and its body
// expects: sb::generator takes a frame: a class or mutable lambda with one operator()
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
#ifndef SB_FIXED
    int operator()(int n) { return n; }
#endif
};

void use() {
    sb::generator<body> g;
    g.next();
}
