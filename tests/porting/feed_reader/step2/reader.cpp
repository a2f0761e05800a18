// Step 2: a request, with its attempts, is a task, behind the callbacks that it had before.
#include "../feed_reader.hpp"
#include "../loop_pump.hpp"

#include <switchback/handled.hpp>
#include <switchback/offload.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/try.hpp>

#include <map>
#include <sstream>

namespace feeds {

namespace sb = switchback;

namespace {

// quoted: fetch
// One page. What the network drops is asked for again.
struct fetch {
    transport* net;
    settings how;
    std::string path;
    int attempt = 1;
    std::string page{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        for (;; ++attempt) {
            SB_TRY {
                SB_AWAIT_INTO(page, sb::offload(&transport::get, net, path));
                SB_RETURN(std::move(page));
            } SB_CATCH(network_error const& error) {
                if (attempt == how.attempts) SB_RAISE();
                SB_AWAIT(sb::sleep(how.pause * (1 << (attempt - 1))));
            } SB_END_TRY
        }
        SB_END();
    }
};
// end of quote

// quoted: call_back
// A task's result, for those who gave callbacks.
struct call_back {
    fetch what;
    std::function<void(std::string const&)> on_body;
    std::function<void(std::exception_ptr)> on_error;
    std::string page{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(page, std::move(what));
        } SB_CATCH_ERRORS {
            on_error(sb::handled_exception(co));
        } SB_ELSE {
            on_body(page);
        } SB_END_TRY
        SB_END();
    }
};
// end of quote

} // namespace

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
    bool stopped = false;
    int generation = 0;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    bool limit_is_set = false;
    event_loop::timer limit{};

    std::map<std::string, std::string> cache;

    // quoted: scheduler
    loop_pump pump{loop};
    sb::task_scheduler scheduler{pump, pump, threads_for(how)};

    // As many threads as there may be requests: by default there are as many as processors.
    static sb::worker_options threads_for(settings const& how) {
        sb::worker_options workers;
        workers.threads = static_cast<unsigned>(how.at_once);
        return workers;
    }
    // end of quote

    state(event_loop& l, transport& n, settings h) : loop(l), net(n), how(h) {}

    ~state() {
        *alive = false;
        cancel_limit();
    }

    void cancel_limit() {
        if (limit_is_set) loop.cancel(limit);
        limit_is_set = false;
    }

    void get_with_retries(std::string const& path, on_body const& body, on_error const& error);
    void forget(int id) { requests.erase(id); }
    int next_request = 0;
    std::map<int, sb::future<void>> requests; // behind the scheduler, so that they go first

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
            "/feeds", [this](std::string const& list) { take_list(list); },
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
            auto const known = cache.find(path);
            if (known != cache.end()) {
                loop.post([this, index, known = known->second, mine = generation, still = alive] {
                    if (!*still || stopped || mine != generation) return;
                    result.feeds[index].title = known;
                    feed_done();
                });
            } else {
                get_with_retries(
                    path,
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
        cancel_limit();
        requests.clear();
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

// quoted: get_with_retries
void reader::state::get_with_retries(
    std::string const& path, on_body const& body, on_error const& error) {
    int const id = next_request++;
    requests[id] = scheduler.start(call_back{
        {&net, how, path},
        [this, id, path, body](std::string const& page) {
            forget(id);
            cache[path] = page;
            body(page);
        },
        [this, id, error](std::exception_ptr failure) {
            forget(id);
            error(failure);
        }});
}
// end of quote

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
