#include "modes.hpp"
#include "retry.hpp"
#include "stopped.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace mirror {

namespace {

struct crew {
    crawl& site;
    downloader const& loader;
    interrupt& stop;
    options const& asked;

    std::mutex mutex = {}; // guards the site and the queue
    std::condition_variable changed = {};
    std::deque<request> waiting = {};
    int under_way = 0;

    void run() {
        enqueue(site.first());
        // A thread that waits for work sees a stop only when it is woken. The lock makes sure that
        // it is not just between its look at the flag and its sleep.
        interrupt_callback const wake(stop, [this] {
            auto const lock = std::lock_guard(mutex);
            changed.notify_all();
        });
        std::vector<std::thread> threads;
        try {
            for (int i = 1; i < asked.jobs; ++i) threads.emplace_back([this] { work(); });
        } catch (std::system_error const&) {
            // The system has no more threads to give; those that we have will do.
        }
        work();
        for (auto& thread : threads) thread.join();
    }

    void work() {
        while (auto const job = take()) {
            try {
                fetch(*job);
            } catch (stopped const&) {
                // What was under way has cleaned up after itself.
            }
            auto const lock = std::lock_guard(mutex);
            --under_way;
            changed.notify_all();
        }
    }

    // Nothing when there is no more to do. While others are at work, they may yet find some.
    std::optional<request> take() {
        auto lock = std::unique_lock(mutex);
        changed.wait(
            lock, [this] { return stop.requested() || !waiting.empty() || under_way == 0; });
        if (stop.requested() || waiting.empty()) return std::nullopt;
        auto const job = waiting.front();
        waiting.pop_front();
        ++under_way;
        return job;
    }

    // All attempts at one address, with the pauses between them.
    void fetch(request const& job) {
        for (int number = 1;; ++number) {
            try {
                auto const stop_now = [this] { return stop.requested(); };
                auto result = loader.attempt(job, number, stop_now);
                auto const lock = std::lock_guard(mutex);
                return enqueue(site.accept(job, std::move(result)));
            } catch (std::exception const& error) {
                if (!worth_retrying(error, number, asked.retries)) {
                    auto const lock = std::lock_guard(mutex);
                    return site.reject(job, describe(error));
                }
            }
            if (stop.wait_for(back_off(number))) throw stopped();
        }
    }

    void enqueue(std::vector<request> const& found) {
        waiting.insert(waiting.end(), found.begin(), found.end());
    }
};

} // namespace

void run_threads(crawl& site, downloader const& loader, interrupt& stop, options const& asked) {
    crew{site, loader, stop, asked}.run();
}

} // namespace mirror
