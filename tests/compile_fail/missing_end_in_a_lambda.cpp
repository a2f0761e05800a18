// gallery: The frame and its body
// expects: sb_SB_END_is_missing
#include <switchback/generator.hpp>
namespace sb = switchback;

void use() {
    sb::generator g{[](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_YIELD(1);
#ifdef SB_FIXED
        SB_END();
#endif
    }};
    g.next();
}
