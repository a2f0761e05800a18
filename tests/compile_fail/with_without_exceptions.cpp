// gallery: Try and with
// expects: SB_WITH needs exceptions, and this file is compiled without them
// flags: -fno-exceptions
#include <switchback/generator.hpp>
#include <switchback/with.hpp>

#include <mutex>

namespace sb = switchback;

struct body {
    std::mutex& mutex;
    std::optional<std::unique_lock<std::mutex>> lock{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        lock.emplace(mutex);
        SB_YIELD(1);
        lock.reset(); // and with the frame, if it is closed before
#else
        SB_WITH(lock, mutex) {
            SB_YIELD(1);
        } SB_END_WITH
#endif
        SB_END();
    }
};

int main() {
    std::mutex mutex;
    return *sb::generator<body>{body{mutex}}.next();
}
