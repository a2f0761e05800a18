// gallery: Where a yield or await may stand
// expects: SB_ASYNC_WITH in a generator: only a task can wait; a task's context is sb::returns<R>
#include <switchback/switchback.hpp>
#include <switchback/timeouts.hpp>
#include <optional>
namespace sb = switchback;
using namespace std::chrono_literals;

struct body {
    std::optional<sb::move_on_after> limit{};
#ifdef SB_FIXED
    sb::step operator()(sb::returns<void>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
#ifdef SB_FIXED
            SB_AWAIT(sb::sleep(2s));
#else
            SB_YIELD(1);
#endif
        } SB_END_WITH
        SB_END();
    }
};
