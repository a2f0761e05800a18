// gallery: Generators
// expects: sb::any_generator is made of a generator's frame
#include <switchback/any_generator.hpp>
#include <switchback/returns.hpp>
namespace sb = switchback;

struct numbers {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int>& co) {
#else
    sb::step operator()(sb::returns<int>& co) {
#endif
        SB_BEGIN(co);
        SB_END();
    }
};

sb::any_generator<int> all{std::in_place_type<numbers>};
