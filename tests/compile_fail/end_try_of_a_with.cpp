// gallery: Try and with
// expects: SB_END_TRY closes the blocks of an SB_TRY; SB_END_WITH closes those of an SB_WITH
#include <switchback/generator.hpp>
#include <switchback/with.hpp>
#include <optional>
namespace sb = switchback;

struct body {
    std::optional<int> held{};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_WITH(held, 1) {
            SB_YIELD(*held);
#ifdef SB_FIXED
        } SB_END_WITH
#else
        } SB_END_TRY
#endif
        SB_END();
    }
};
