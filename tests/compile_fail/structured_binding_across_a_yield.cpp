// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
#include <utility>
namespace sb = switchback;

struct body {
    std::pair<int, int> pair{1, 2};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(pair.first + pair.second);
#else
        auto [a, b] = pair;
        SB_YIELD(a + b);
#endif
        SB_END();
    }
};
