// gallery: Generators
// expects: a generator is moved in, by std::move(g)
#include <switchback/any_generator.hpp>
#include <utility>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

sb::generator<numbers> some;
#ifdef SB_FIXED
sb::any_generator<int> all{std::move(some)};
#else
sb::any_generator<int> all{some};
#endif
