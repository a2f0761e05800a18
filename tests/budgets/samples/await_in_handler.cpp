// A task that awaits in a try and in its handler.
#include "tasks.hpp"

template <int N>
struct body {
    int n = N;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(n, child{n});
        } SB_CATCH(int const& error) {
            n = error;
            SB_AWAIT(sb::sleep(std::chrono::seconds(1)));
        } SB_END_TRY
        SB_RETURN(n);
        SB_END();
    }
};

SB_BODIES
