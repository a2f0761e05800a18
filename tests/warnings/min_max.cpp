// The library in a program in which min and max are macros.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

#include <switchback/switchback.hpp>
#include <switchback/testing/virtual_pump.hpp>

namespace sb = switchback;

namespace {

struct counts {
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 10; ++i) SB_YIELD(max(i, 3));
        SB_END();
    }
};

struct waits {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(min(3, 4))));
        SB_END();
    }
};

} // namespace

int main() {
    sb::generator<counts> g;
    g.next();
    return sb::run(waits{});
}
