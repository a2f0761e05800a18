// gallery: Try and with
// expects: SB_ASYNC_WITH takes a member that is a std::optional
#include <switchback/switchback.hpp>
#include <switchback/task_group.hpp>
#include <optional>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    std::optional<sb::task_group> group{};
#else
    sb::task_group group{};
#endif
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            SB_AWAIT(sb::yield_now());
        } SB_END_WITH
        SB_END();
    }
};
