// gallery: Values
// expects: SB_AWAIT_INTO: the awaited result cannot be assigned to this target
#include <switchback/switchback.hpp>
#include <string>
namespace sb = switchback;

struct child {
    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_RETURN("text");
        SB_END();
    }
};

struct body {
#ifdef SB_FIXED
    std::string result{};
#else
    int result = 0;
#endif
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(result, child{});
        SB_END();
    }
};
