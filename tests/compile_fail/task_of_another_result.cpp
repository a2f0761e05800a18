// gallery: Tasks
// expects: sb::task<R> is made of an awaitable that has the result R
#include <switchback/switchback.hpp>
#include <string>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_RETURN(1);
        SB_END();
    }
};

#ifdef SB_FIXED
sb::task<int> make() { return body{}; }
#else
sb::task<std::string> make() { return body{}; }
#endif
