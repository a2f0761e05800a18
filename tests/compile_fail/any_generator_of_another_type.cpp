// gallery: Generators
// expects: the frame's context must be sb::yields or sb::delegates of exactly these types
#include <switchback/any_generator.hpp>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

#ifdef SB_FIXED
sb::any_generator<int> all() { return numbers{}; }
#else
sb::any_generator<long> all() { return numbers{}; }
#endif
