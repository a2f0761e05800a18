// gallery: Tasks
// expects: sb::run(): the program's task returns an exit status, or nothing
#include <switchback/switchback.hpp>
#include <string>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::returns<int>& co) {
#else
    sb::step operator()(sb::returns<std::string>& co) {
#endif
        SB_BEGIN(co);
        SB_RETURN(0);
        SB_END();
    }
};

int use() { return sb::run(body{}); }
