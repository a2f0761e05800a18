// gallery: Delegation and loops
// expects: this value is not of the type that the body's context, sb::yields<Y>, names
#include <switchback/yield_from.hpp>
#include <string>
namespace sb = switchback;

struct words {
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD("word");
        SB_END();
    }
};

struct body {
    sb::generator<words> others{};
#ifdef SB_FIXED
    sb::step operator()(sb::yields<std::string>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD_FROM(others);
        SB_END();
    }
};
