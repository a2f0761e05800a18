// gallery: Values
// expects: SB_YIELD_INTO: what is sent to this body cannot be assigned to this target
#include <switchback/generator.hpp>
#include <string>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    std::string got{};
#else
    int got = 0;
#endif
    sb::step operator()(sb::yields<int, std::string>& co) {
        SB_BEGIN(co);
        SB_YIELD_INTO(got, 1);
        SB_END();
    }
};
