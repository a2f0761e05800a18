// gallery: Try and with
// expects: SB_END_TRY closes the blocks of an SB_TRY; SB_END_WITH closes those of an SB_WITH
#include <switchback/switchback.hpp>
#include <switchback/timeouts.hpp>
#include <optional>
namespace sb = switchback;
using namespace std::chrono_literals;

struct body {
    std::optional<sb::fail_after> limit{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(1s)) {
            SB_AWAIT(sb::yield_now());
#ifdef SB_FIXED
        } SB_END_WITH
#else
        } SB_END_TRY
#endif
        SB_END();
    }
};
