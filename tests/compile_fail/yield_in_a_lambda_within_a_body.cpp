// gallery: Where a yield or await may stand
// expects: sb_this_macro_stands_in_a_lambda_within_a_body
#include <switchback/for.hpp>
#include <algorithm>
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
        SB_FOR(each, values) {
            SB_YIELD(*each);
        }
#else
        std::for_each(values.begin(), values.end(), [&](int value) {
            SB_YIELD(value);
        });
#endif
        SB_END();
    }
};
