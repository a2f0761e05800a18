// gallery: Delegation and loops
// expects: SB_YIELD_FROM takes a generator that is a member of the frame
#include <switchback/for.hpp>
#include <switchback/yield_from.hpp>
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
        SB_YIELD_FROM(values);
#endif
        SB_END();
    }
};
