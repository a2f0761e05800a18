// expects: SB_YIELD within a time limit or task group: whoever iterates would be cancelled in its place (PEP 789)
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct slow_numbers {
    std::optional<sb::fail_after> limit{};
    int n = 0;
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++n) {
            SB_ASYNC_WITH(limit, sb::fail_after(std::chrono::seconds(1))) {
                SB_AWAIT(sb::sleep(std::chrono::milliseconds(1)));
#ifndef SB_FIXED
                SB_YIELD(n);
#endif
            } SB_END_WITH
            SB_YIELD(n);
        }
        SB_END();
    }
};

sb::async_generator<int> numbers() { return slow_numbers{}; }
