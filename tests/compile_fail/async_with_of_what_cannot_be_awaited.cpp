// gallery: Try and with
// expects: this is nothing that can be awaited: a frame
#include <switchback/switchback.hpp>
#include <switchback/async_with.hpp>
#include <optional>
namespace sb = switchback;

struct connect {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(1);
        SB_END();
    }
};

struct body {
    std::optional<int> connection{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_ASYNC_WITH(connection, connect{}) {
#else
        SB_ASYNC_WITH(connection, 1) {
#endif
            SB_AWAIT(sb::yield_now());
        } SB_END_WITH
        SB_END();
    }
};
