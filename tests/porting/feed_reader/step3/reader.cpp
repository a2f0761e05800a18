// Step 3: the callers are tasks as well. Callbacks are left at the edge alone; flags still say what
// has been cancelled.
#include "../feed_reader.hpp"
#include "../loop_pump.hpp"

#include <switchback/handled.hpp>
#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/try.hpp>

#include <map>
#include <sstream>

namespace feeds {

namespace sb = switchback;

struct reader::state {
    event_loop& loop;
    transport& net;
    settings how;

    progress on_progress;
    done on_done;
    std::size_t finished = 0;
    bool busy = false;
    std::shared_ptr<bool> stopped = std::make_shared<bool>(true); // one for each refresh
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    bool limit_is_set = false;
    event_loop::timer limit{};

    std::map<std::string, std::string> cache;

    loop_pump pump{loop};
    sb::task_scheduler scheduler{pump, pump, threads_for(how)};

    static sb::worker_options threads_for(settings const& how) {
        sb::worker_options workers;
        workers.threads = static_cast<unsigned>(how.at_once);
        return workers;
    }

    state(event_loop& l, transport& n, settings h) : loop(l), net(n), how(h) {}

    ~state() {
        *alive = false;
        cancel_limit();
    }

    void cancel_limit() {
        if (limit_is_set) loop.cancel(limit);
        limit_is_set = false;
    }

    void start();

    void stop(outcome why) {
        if (*stopped) return;
        report told;
        told.how = why;
        finish(std::move(told));
    }

    void finish(report told) {
        *stopped = true;
        cancel_limit();
        loop.post([this, told = std::move(told), still = alive] {
            if (!*still) return;
            busy = false;
            auto const call = std::move(on_done);
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

    struct fetch;
    struct load_feed;
    struct load_all;
};

// One page. What the network drops is asked for again.
struct reader::state::fetch {
    state* in;
    std::shared_ptr<bool> stopped;
    std::string path;
    int attempt = 1;
    std::string page{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        for (;; ++attempt) {
            SB_TRY {
                SB_AWAIT_INTO(page, sb::offload(&transport::get, &in->net, path));
                SB_RETURN(std::move(page));
            } SB_CATCH(network_error const& error) {
                if (attempt == in->how.attempts) SB_RAISE();
                SB_AWAIT(sb::sleep(in->how.pause * (1 << (attempt - 1))));
                if (*stopped) SB_RAISE();
            } SB_END_TRY
        }
        SB_END();
    }
};

// quoted: load_feed
struct reader::state::load_feed {
    state* in;
    std::shared_ptr<bool> stopped;
    std::size_t of;
    feed about;

    sb::step operator()(sb::returns<feed>& co) {
        SB_BEGIN(co);
        if (*stopped) SB_RETURN(std::move(about));
        if (in->cache.count(about.path) != 0) {
            about.title = in->cache[about.path];
        } else {
            SB_TRY {
                SB_AWAIT_INTO(about.title, fetch{in, stopped, about.path});
                in->cache[about.path] = about.title;
            } SB_CATCH_ERRORS {
                about.error = text_of(sb::handled_exception(co));
            } SB_END_TRY
        }
        if (!*stopped) in->on_progress(++in->finished, of);
        SB_RETURN(std::move(about));
        SB_END();
    }
};
// end of quote

// quoted: load_all
struct reader::state::load_all {
    state* in;
    std::shared_ptr<bool> stopped;
    std::string list{};
    report result{};
    std::vector<std::string> paths{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(list, fetch{in, stopped, "/feeds"});
        } SB_CATCH_ERRORS {
            result.how = outcome::failed;
            result.error = text_of(sb::handled_exception(co));
        } SB_END_TRY
        if (*stopped) SB_RETURN();
        paths = lines_of(list);
        SB_AWAIT_INTO(result.feeds,
            sb::run_in_parallel(
                sb::at_most{in->how.at_once}, paths, [this](std::string const& path) {
                    return load_feed{in, stopped, paths.size(), {path, {}, {}}};
                }));
        if (!*stopped) in->finish(std::move(result));
        SB_END();
    }

    static std::vector<std::string> lines_of(std::string const& text) {
        std::vector<std::string> found;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) found.push_back(line);
        return found;
    }
};
// end of quote

void reader::state::start() {
    busy = true;
    stopped = std::make_shared<bool>(false);
    finished = 0;
    limit = loop.call_after(how.limit, [this] {
        limit_is_set = false;
        stop(outcome::timed_out);
    });
    limit_is_set = true;
    scheduler.start_detached(load_all{this, stopped});
}

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
