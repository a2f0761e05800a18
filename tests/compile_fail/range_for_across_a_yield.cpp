// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/for.hpp>
#include <vector>
namespace sb = switchback;

struct body {
    std::vector<int> values{1, 2, 3};
#ifdef SB_FIXED
    sb::cursor<std::vector<int>&> each{};
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_FOR(each, values) SB_YIELD(*each);
#else
        for (int value : values) SB_YIELD(value);
#endif
        SB_END();
    }
};
