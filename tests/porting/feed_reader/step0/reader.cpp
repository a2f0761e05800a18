// Step 0: as it was. A thread for each request, callbacks for each result.
#include "../feed_reader.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

namespace feeds {

struct reader::state {
    using on_body = std::function<void(std::string const&)>;
    using on_error = std::function<void(std::exception_ptr)>;

    event_loop& loop;
    transport& net;
    settings how;

    progress on_progress;
    done on_done;
    report result;
    std::size_t next = 0;
    std::size_t running = 0;
    std::size_t finished = 0;
    bool busy = false;
    std::atomic<bool> stopped{false};
    int generation = 0;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    bool limit_is_set = false;
    event_loop::timer limit{};
    std::set<event_loop::timer> pauses;

    std::mutex cache_mutex;
    std::map<std::string, std::string> cache;

    std::map<int, std::thread> threads;
    int next_thread = 0;

    state(event_loop& l, transport& n, settings h) : loop(l), net(n), how(h) {}

    ~state() {
        *alive = false;
        stopped = true;
        cancel_timers();
        for (auto& each : threads) each.second.join();
    }

    void cancel_timers() {
        if (limit_is_set) loop.cancel(limit);
        limit_is_set = false;
        for (auto const& each : pauses) loop.cancel(each);
        pauses.clear();
    }

    // quoted: get
    void get(std::string const& path, on_body const& body, on_error const& error) {
        int const id = next_thread++;
        int const mine = generation;
        loop.hold();
        threads[id] = std::thread([this, path, body, error, id, mine, still = alive] {
            std::string answer;
            std::exception_ptr failure;
            try {
                if (!stopped) {
                    answer = net.get(path);
                    std::lock_guard<std::mutex> lock(cache_mutex);
                    cache[path] = answer;
                }
            } catch (...) {
                failure = std::current_exception();
            }
            loop.post([this, &the_loop = loop, answer, failure, body, error, id, mine, still] {
                the_loop.release();
                if (!*still) return;
                threads[id].join();
                threads.erase(id);
                if (stopped || mine != generation) return;
                if (failure) {
                    error(failure);
                } else {
                    body(answer);
                }
            });
        });
    }
    // end of quote

    // quoted: get_with_retries
    void get_with_retries(std::string const& path, int attempt, on_body const& body,
        on_error const& error) {
        get(path, body, [this, path, attempt, body, error](std::exception_ptr failure) {
            try {
                std::rethrow_exception(failure);
            } catch (network_error const&) {
                if (attempt == how.attempts) {
                    error(failure);
                    return;
                }
                auto const self = std::make_shared<event_loop::timer>();
                *self = loop.call_after(how.pause * (1 << (attempt - 1)),
                    [this, self, path, attempt, body, error] {
                        pauses.erase(*self);
                        get_with_retries(path, attempt + 1, body, error);
                    });
                pauses.insert(*self);
            } catch (...) {
                error(failure);
            }
        });
    }
    // end of quote

    void start() {
        busy = true;
        stopped = false;
        ++generation;
        next = running = finished = 0;
        result = report{};
        limit = loop.call_after(how.limit, [this] {
            limit_is_set = false;
            stop(outcome::timed_out);
        });
        limit_is_set = true;
        get_with_retries(
            "/feeds", 1, [this](std::string const& list) { take_list(list); },
            [this](std::exception_ptr failure) {
                result.error = text_of(failure);
                finish(outcome::failed);
            });
    }

    void take_list(std::string const& list) {
        std::istringstream lines(list);
        for (std::string path; std::getline(lines, path);) result.feeds.push_back({path, {}, {}});
        if (result.feeds.empty()) {
            finish(outcome::complete);
        } else {
            start_more();
        }
    }

    // quoted: start_more
    void start_more() {
        while (!stopped && running < how.at_once && next < result.feeds.size()) {
            auto const index = next++;
            ++running;
            auto const& path = result.feeds[index].path;
            std::string known;
            bool found = false;
            {
                std::lock_guard<std::mutex> lock(cache_mutex);
                auto const at = cache.find(path);
                if (at != cache.end()) {
                    known = at->second;
                    found = true;
                }
            }
            if (found) {
                loop.post([this, index, known, mine = generation, still = alive] {
                    if (!*still || stopped || mine != generation) return;
                    result.feeds[index].title = known;
                    feed_done();
                });
            } else {
                get_with_retries(
                    path, 1,
                    [this, index](std::string const& body) {
                        result.feeds[index].title = body;
                        feed_done();
                    },
                    [this, index](std::exception_ptr failure) {
                        result.feeds[index].error = text_of(failure);
                        feed_done();
                    });
            }
        }
    }

    void feed_done() {
        --running;
        ++finished;
        on_progress(finished, result.feeds.size());
        if (stopped) return; // by the function just called
        if (finished == result.feeds.size()) {
            finish(outcome::complete);
        } else {
            start_more();
        }
    }
    // end of quote

    void stop(outcome why) {
        if (!busy || stopped) return;
        result.feeds.clear();
        finish(why);
    }

    void finish(outcome why) {
        stopped = true;
        cancel_timers();
        result.how = why;
        loop.post([this, still = alive] {
            if (!*still) return;
            busy = false;
            auto const call = std::move(on_done);
            auto const told = std::move(result);
            on_done = nullptr;
            on_progress = nullptr;
            call(told);
        });
    }

    static std::string text_of(std::exception_ptr failure) {
        try {
            std::rethrow_exception(failure);
        } catch (std::exception const& error) {
            return error.what();
        } catch (...) {
            return "unknown error";
        }
    }
};

reader::reader(event_loop& loop, transport& net, settings how)
    : state_(std::make_unique<state>(loop, net, how)) {}

reader::~reader() = default;

void reader::refresh(progress on_progress, done on_done) {
    if (state_->busy) throw std::logic_error("one refresh at a time");
    state_->on_progress = std::move(on_progress);
    state_->on_done = std::move(on_done);
    state_->start();
}

void reader::cancel() { state_->stop(outcome::cancelled); }

} // namespace feeds
