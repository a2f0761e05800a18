// gallery: Values
// expects: SB_AWAIT_OK: this body must be able to return that error: its context must say sb::returns<sb::result<T, E>>
#include <switchback/switchback.hpp>

namespace sb = switchback;

struct save {
    sb::step operator()(sb::returns<sb::result<void>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(sb::ok);
        SB_END();
    }
};

#ifdef SB_FIXED
using outcome = sb::result<int>;
#else
using outcome = int;
#endif

struct save_and_count {
    sb::step operator()(sb::returns<outcome>& co) {
        SB_BEGIN(co);
        SB_AWAIT_OK(save{});
        SB_RETURN(1);
        SB_END();
    }
};

int main() {}
