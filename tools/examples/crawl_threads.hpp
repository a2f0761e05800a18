// The same crawler with threads. Some of them take addresses from a queue; while one waits for its page,
// the others go on.
//
// What they share, they share under a lock: the queue, the set of what was seen, the files, the printer.
// And they must find out when it is over: not when the queue is empty, for another may be about to put
// something there, but when it is empty and nobody is fetching.
#pragma once

#include "printer.hpp"
#include "site.hpp"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>

namespace examples {

class threaded_crawler {
public:
    threaded_crawler(site const& web, printer const& say) : web_(web), say_(say) {}

    files crawl(std::string const& first, int threads) {
        enqueue({first});
        std::vector<std::future<void>> crew; // each joins its thread, and brings back its exception
        for (int i = 0; i < threads; ++i) {
            crew.push_back(std::async(std::launch::async, [this] { work(); }));
        }
        for (auto& each : crew) each.get();
        return std::move(got_);
    }

private:
    // quoted: work
    void work() {
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return failed_ || fetching_ == 0 || !urls_to_get_.empty(); });
            if (failed_ || urls_to_get_.empty()) return;
            auto const url = urls_to_get_.front();
            urls_to_get_.pop_front();
            ++fetching_;
            say_("fetching " + url);
            lock.unlock();
            try {
                auto const content = web_.urlopen(url);
                auto const links = extract_urls(content);
                lock.lock();
                got_[filename_for_url(url)] = content;
                enqueue(links);
            } catch (...) {
                if (!lock.owns_lock()) lock.lock();
                failed_ = true;
                changed_.notify_all();
                throw;
            }
            --fetching_;
            changed_.notify_all();
        }
    }
    // end of quote

    // The lock is held, or no thread runs yet.
    void enqueue(std::vector<std::string> const& urls) {
        for (auto const& url : urls) {
            if (all_urls_.insert(url).second) urls_to_get_.push_back(url);
        }
    }

    site const& web_;
    printer const& say_;
    std::mutex mutex_; // guards all that follow, and the printer
    std::condition_variable changed_;
    std::deque<std::string> urls_to_get_;
    std::set<std::string> all_urls_;
    files got_;
    int fetching_ = 0;
    bool failed_ = false;
};

inline files crawl_with_threads(site const& web, std::string const& first, printer const& say, int threads) {
    return threaded_crawler(web, say).crawl(first, threads);
}

} // namespace examples
