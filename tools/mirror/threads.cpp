#include "modes.hpp"
#include "retry.hpp"
#include "stopped.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace mirror {

namespace {

class crew {
public:
    crew(crawl& site, downloader const& loader, interrupt& stop, options const& asked)
        : site_(site), loader_(loader), stop_(stop), asked_(asked) {}

    void run() {
        enqueue(site_.first());
        // A thread that waits for work sees a stop only when it is woken. The lock makes sure that
        // it is not just between its look at the flag and its sleep.
        interrupt_callback const wake(stop_, [this] {
            auto const lock = std::lock_guard(mutex_);
            changed_.notify_all();
        });
        std::vector<std::thread> threads;
        struct joiner {
            std::vector<std::thread>& threads;
            ~joiner() {
                for (auto& thread : threads) thread.join();
            }
        } const join_at_end{threads};
        for (int i = 1; i < asked_.jobs; ++i) {
            try {
                threads.emplace_back([this] { work(); });
            } catch (std::system_error const&) {
                break; // the system has no more; those that we have will do
            }
        }
        work();
    }

private:
    void work() {
        auto lock = std::unique_lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] {
                return stop_.requested() || !waiting_.empty() || under_way_ == 0;
            });
            if (stop_.requested() || waiting_.empty()) return;
            auto const job = waiting_.front();
            waiting_.pop_front();
            ++under_way_;
            try {
                fetch(job, lock);
            } catch (stopped const&) {
                // What was under way has cleaned up after itself.
            }
            --under_way_;
            changed_.notify_all();
        }
    }

    // All attempts at one address, with the pauses between them. Takes and returns a held lock.
    void fetch(request const& job, std::unique_lock<std::mutex>& lock) {
        for (int number = 1;; ++number) {
            try {
                enqueue(site_.accept(job, attempt(job, number, lock)));
                return;
            } catch (std::exception const& error) {
                if (!worth_retrying(error, number, asked_.retries)) {
                    site_.reject(job, describe(error));
                    return;
                }
            }
            auto const released = unlocked(lock);
            if (stop_.wait_for(back_off(number))) throw stopped();
        }
    }

    download attempt(request const& job, int number, std::unique_lock<std::mutex>& lock) {
        auto const released = unlocked(lock);
        return loader_.attempt(job, number, [this] { return stop_.requested(); });
    }

    struct unlocked {
        explicit unlocked(std::unique_lock<std::mutex>& held) : lock(held) { lock.unlock(); }
        unlocked(unlocked const&) = delete;
        unlocked& operator=(unlocked const&) = delete;
        ~unlocked() { lock.lock(); }
        std::unique_lock<std::mutex>& lock;
    };

    void enqueue(std::vector<request> const& found) {
        waiting_.insert(waiting_.end(), found.begin(), found.end());
    }

    crawl& site_;
    downloader const& loader_;
    interrupt& stop_;
    options const& asked_;
    std::mutex mutex_; // guards what follows, and site_
    std::condition_variable changed_;
    std::deque<request> waiting_;
    int under_way_ = 0;
};

} // namespace

void run_threads(crawl& site, downloader const& loader, interrupt& stop, options const& asked) {
    crew(site, loader, stop, asked).run();
}

} // namespace mirror
