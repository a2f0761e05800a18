// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
#include <vector>
namespace sb = switchback;

struct body {
    std::vector<int> values{1, 2, 3};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        {
            auto& first = values[0]; // ends before the yield
            ++first;
        }
        SB_YIELD(values[0]);
#else
        auto& first = values[0];
        SB_YIELD(first);
#endif
        SB_END();
    }
};
