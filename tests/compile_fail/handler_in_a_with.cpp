// gallery: Try and with
// expects: SB_CATCH_ALL stands behind the body of its SB_TRY or behind its handlers
#include <switchback/generator.hpp>
#include <switchback/with.hpp>
#include <optional>
namespace sb = switchback;

struct body {
    std::optional<int> held{};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_TRY {
            SB_WITH(held, 1) {
                SB_YIELD(*held);
            } SB_END_WITH
        } SB_CATCH_ALL {
        } SB_END_TRY
#else
        SB_WITH(held, 1) {
            SB_YIELD(*held);
        } SB_CATCH_ALL {
        } SB_END_WITH
#endif
        SB_END();
    }
};
