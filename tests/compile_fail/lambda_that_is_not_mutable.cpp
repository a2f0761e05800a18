// gallery: The frame and its body
// expects[g++]: increment of read-only variable 'i'
// expects[clang++]: cannot assign to a variable captured by copy in a non-mutable lambda
#include <switchback/generator.hpp>
namespace sb = switchback;

void use() {
#ifdef SB_FIXED
    sb::generator g{[i = 0](sb::yields<int>& co) mutable {
#else
    sb::generator g{[i = 0](sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        for (; i < 3; ++i) SB_YIELD(i);
        SB_END();
    }};
    g.next();
}
