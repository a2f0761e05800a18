// gallery: Tasks
// expects: put(item): the item is not of the type that the queue names, or is one to be moved: put(std::move(x))
#include <switchback/switchback.hpp>
#include <memory>
#include <utility>
namespace sb = switchback;

struct body {
    sb::queue<std::unique_ptr<int>>& jobs;
    std::unique_ptr<int> job{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_AWAIT(jobs.put(std::move(job)));
#else
        SB_AWAIT(jobs.put(job));
#endif
        SB_END();
    }
};
