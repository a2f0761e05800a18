// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
namespace sb = switchback;

void use() {
#ifdef SB_FIXED
    sb::generator g{[local = 0](sb::yields<int>& co) mutable {
#else
    sb::generator g{[](sb::yields<int>& co) mutable {
#endif
        SB_BEGIN(co);
#ifdef SB_FIXED
        local = 1;
#else
        int local = 1;
#endif
        SB_YIELD(local);
        SB_END();
    }};
    g.next();
}
