// gallery: Try and with
// expects: SB_CATCH: catch objects, not pointers
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
#ifdef SB_FIXED
        } SB_CATCH_ALL {
#else
        } SB_CATCH(char const* const& text) {
#endif
        } SB_END_TRY
        SB_END();
    }
};
