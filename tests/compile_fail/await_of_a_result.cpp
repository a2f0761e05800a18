// gallery: Values
// expects: SB_AWAIT would drop the error in this sb::result: SB_AWAIT_OK returns it, SB_AWAIT_INTO keeps it
#include <switchback/switchback.hpp>

namespace sb = switchback;

struct save {
    sb::step operator()(sb::returns<sb::result<void>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(sb::failed{std::errc::no_space_on_device});
        SB_END();
    }
};

struct save_and_close {
    sb::step operator()(sb::returns<sb::result<void>>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT_OK(save{});
#else
        SB_AWAIT(save{});
#endif
        SB_RETURN(sb::ok);
        SB_END();
    }
};

int main() {}
