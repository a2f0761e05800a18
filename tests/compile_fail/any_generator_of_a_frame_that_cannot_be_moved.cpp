// gallery: Generators
// expects: a frame that cannot be moved is built in place, by any_generator(std::in_place_type<Frame>
#include <switchback/any_generator.hpp>
#include <mutex>
#include <utility>
namespace sb = switchback;

struct locked {
    std::mutex mutex{};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

locked frame;
#ifdef SB_FIXED
sb::any_generator<int> all{std::in_place_type<locked>};
#else
sb::any_generator<int> all{std::move(frame)};
#endif
