// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
#include <string>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    std::string local{};
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        local.clear();
#else
        std::string local;
#endif
        SB_YIELD(1);
        SB_END();
    }
};
