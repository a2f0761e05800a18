// gallery: Try and with
// expects: SB_WITH takes a member that is a std::optional
#include <switchback/switchback.hpp>
#include <memory>
#include <optional>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    std::optional<std::unique_ptr<int>> held{};
#else
    std::unique_ptr<int> held{};
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_WITH(held, std::make_unique<int>(1)) {
            SB_YIELD(1);
        } SB_END_WITH
        SB_END();
    }
};
