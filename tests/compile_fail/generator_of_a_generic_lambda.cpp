// gallery: The frame and its body
// expects: sb::generator takes a frame: a class or mutable lambda with one operator()
#include <switchback/generator.hpp>
namespace sb = switchback;

void use() {
#ifdef SB_FIXED
    sb::generator g{[](sb::yields<int>& co) {
#else
    sb::generator g{[](auto& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }};
    g.next();
}
