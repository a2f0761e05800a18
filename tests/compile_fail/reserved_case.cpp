// gallery: Switch
// expects: SB_CASE: the values from 2^40 to 2^40 + 1023 are reserved
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    long long which;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_SWITCH(which) {
#ifdef SB_FIXED
        SB_CASE(1LL << 41): SB_YIELD(1);
#else
        SB_CASE((1LL << 40) + 5): SB_YIELD(1);
#endif
        }
        SB_END();
    }
};
