#include "modes.hpp"
#include "retry.hpp"
#include "stopped.hpp"

#include <deque>

namespace mirror {

namespace {

// All attempts at one address, with the pauses between them.
std::vector<request> fetch(crawl& site, downloader const& loader, interrupt& stop,
    options const& asked, request const& job) {
    for (int number = 1;; ++number) {
        try {
            auto const stop_now = [&stop] { return stop.requested(); };
            return site.accept(job, loader.attempt(job, number, stop_now));
        } catch (std::exception const& error) {
            if (!worth_retrying(error, number, asked.retries)) {
                site.reject(job, describe(error));
                return {};
            }
        }
        if (stop.wait_for(back_off(number))) throw stopped();
    }
}

} // namespace

void run_serial(crawl& site, downloader const& loader, interrupt& stop, options const& asked) {
    auto const first = site.first();
    std::deque<request> waiting(first.begin(), first.end());
    try {
        while (!waiting.empty()) {
            auto const job = waiting.front();
            waiting.pop_front();
            auto const found = fetch(site, loader, stop, asked, job);
            waiting.insert(waiting.end(), found.begin(), found.end());
        }
    } catch (stopped const&) {
        // What was under way has cleaned up after itself.
    }
}

} // namespace mirror
