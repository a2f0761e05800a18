// gallery: Delegation and loops
// expects: SB_FOR: this cursor walks a range that lives elsewhere
#include <switchback/for.hpp>
#include <vector>
namespace sb = switchback;

struct body {
    std::vector<int> make();
#ifdef SB_FIXED
    sb::cursor<std::vector<int>> each{};
#else
    sb::cursor<std::vector<int> const&> each{};
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_FOR(each, make()) SB_YIELD(*each);
        SB_END();
    }
};
