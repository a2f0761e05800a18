#include "modes.hpp"
#include "retry.hpp"

#include <switchback/switchback.hpp>

#include <functional>
#include <optional>

namespace sb = switchback;

namespace mirror {

namespace {

// All attempts at one address, with the pauses between them; then, side by side, what it led to.
struct fetch {
    crawl& site;
    downloader const& loader;
    options const& asked;
    request job;
    int number = 1;
    std::optional<download> result = {};
    std::vector<request> found = {};

    // On a worker thread, which may still be at it when this frame has gone: it shares nothing.
    static download attempt(
        sb::stop_token stop, downloader const& loader, request const& job, int number) {
        return loader.attempt(job, number, [stop] { return stop.stop_requested(); });
    }

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (number = 1; !result; ++number) {
            SB_TRY {
                SB_AWAIT_INTO(result, sb::offload(attempt, std::ref(loader), job, number));
            } SB_CATCH(std::exception const& error) {
                if (!worth_retrying(error, number, asked.retries)) {
                    site.reject(job, {error.what(), sb::handled_traceback(co).to_string()});
                    SB_RETURN();
                }
                SB_AWAIT(sb::sleep(back_off(number)));
            } SB_END_TRY
        }
        found = site.accept(job, std::move(*result));
        SB_AWAIT(sb::run_in_parallel(found, [this](request const& next) {
            return fetch{site, loader, asked, next};
        }));
        SB_END();
    }
};

} // namespace

void run_tasks(crawl& site, downloader const& loader, interrupt& stop, options const& asked) {
    sb::native_pump pump;
    auto const threads = static_cast<unsigned>(asked.jobs);
    sb::task_scheduler scheduler(pump, sb::steady_clock(), {threads});
    auto const all = scheduler.start(sb::run_in_parallel(site.first(),
        [&](request const& first) { return fetch{site, loader, asked, first}; }));
    auto const remote = scheduler.remote();
    interrupt_callback const cancel(stop, [&] { remote.post([&] { all.cancel(); }); });
    try {
        scheduler.run(all);
    } catch (sb::cancelled const&) {
        // What was under way has cleaned up after itself.
    }
}

} // namespace mirror
