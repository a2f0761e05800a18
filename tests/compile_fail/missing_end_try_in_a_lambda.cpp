// gallery: Try and with
// expects: SB_END() closes a body: is an SB_END_TRY missing before it?
#include <switchback/generator.hpp>
namespace sb = switchback;

void use() {
    sb::generator g{[](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
        }
#ifdef SB_FIXED
        SB_END_TRY
#endif
        SB_END();
    }};
    g.next();
}
