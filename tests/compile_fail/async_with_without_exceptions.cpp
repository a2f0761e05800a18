// gallery: Try and with
// expects: SB_ASYNC_WITH needs exceptions, and this file is compiled without them
// flags: -fno-exceptions
#include <switchback/switchback.hpp>
#include <switchback/async_with.hpp>
#include <optional>
namespace sb = switchback;

struct connect {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_RETURN(1);
        SB_END();
    }
};

struct body {
    std::optional<int> connection{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT_INTO(connection, connect{});
        SB_AWAIT(sb::yield_now());
        connection.reset(); // and with the frame, if the task is cancelled before
#else
        SB_ASYNC_WITH(connection, connect{}) {
            SB_AWAIT(sb::yield_now());
        } SB_END_WITH
#endif
        SB_END();
    }
};
