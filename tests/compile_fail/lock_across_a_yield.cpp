// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
#include <switchback/with.hpp>
#include <mutex>
#include <optional>
namespace sb = switchback;

struct body {
    std::mutex& mutex;
#ifdef SB_FIXED
    std::optional<std::unique_lock<std::mutex>> lock{};
#endif
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_WITH(lock, mutex) {
            SB_YIELD(1);
        } SB_END_WITH
#else
        std::lock_guard<std::mutex> const lock(mutex);
        SB_YIELD(1);
#endif
        SB_END();
    }
};
