// Step 4: errors are exceptions, and whoever lets go of a future cancels. No flag is left.
#include "../feed_reader.hpp"
#include "../loop_pump.hpp"

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
    std::shared_ptr<done> on_done; // none: no refresh is under way
    std::map<std::string, std::string> cache;

    loop_pump pump{loop};
    sb::task_scheduler scheduler{pump, pump, threads_for(how)};
    sb::future<void> refreshing; // behind the scheduler, so that it goes first

    static sb::worker_options threads_for(settings const& how) {
        sb::worker_options workers;
        workers.threads = static_cast<unsigned>(how.at_once);
        return workers;
    }

    state(event_loop& l, transport& n, settings h) : loop(l), net(n), how(h) {}

    void start();

    // quoted: finish
    // The function may destroy the reader, and with it the scheduler: no task may be on the stack.
    void finish(report told) {
        refreshing.reset();
        loop.post([this, told = std::move(told), held = std::weak_ptr<done>(on_done)] {
            auto const call = held.lock();
            if (call == nullptr) return; // the reader has gone
            on_done = nullptr;
            on_progress = nullptr;
            (*call)(told);
        });
    }

    void cancel() {
        if (refreshing.valid()) finish({outcome::cancelled, {}, {}});
    }
    // end of quote

    struct fetch;
    struct load_feed;
    struct load_all;
    struct refresh_in_time;
};

// One page. What the network drops is asked for again.
struct reader::state::fetch {
    state* in;
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
            } SB_END_TRY
        }
        SB_END();
    }
};

// quoted: load
struct reader::state::load_feed {
    state* in;
    load_all* all;
    feed about;

    sb::step operator()(sb::returns<feed>& co);
};

struct reader::state::load_all {
    state* in;
    std::string list{};
    std::vector<std::string> paths{};
    std::vector<feed> feeds{};
    std::size_t finished = 0;

    sb::step operator()(sb::returns<report>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(list, fetch{in, "/feeds"});
        paths = lines_of(list);
        SB_AWAIT_INTO(feeds,
            sb::run_in_parallel(
                sb::at_most{in->how.at_once}, paths, [this](std::string const& path) {
                    return load_feed{in, this, {path, {}, {}}};
                }));
        SB_RETURN(report{outcome::complete, {}, std::move(feeds)});
        SB_END();
    }

    static std::vector<std::string> lines_of(std::string const& text) {
        std::vector<std::string> found;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) found.push_back(line);
        return found;
    }
};

sb::step reader::state::load_feed::operator()(sb::returns<feed>& co) {
    SB_BEGIN(co);
    if (in->cache.count(about.path) != 0) {
        about.title = in->cache[about.path];
    } else {
        SB_TRY {
            SB_AWAIT_INTO(about.title, fetch{in, about.path});
            in->cache[about.path] = about.title;
        } SB_CATCH(std::exception const& error) {
            about.error = error.what();
        } SB_END_TRY
    }
    in->on_progress(++all->finished, all->paths.size());
    SB_RETURN(std::move(about));
    SB_END();
}
// end of quote

// quoted: limit
// Cancels a task after a while. Who drops this one's future, takes that back.
struct cancel_after {
    sb::future<report> what;
    std::chrono::nanoseconds limit;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(limit));
        what.cancel();
        SB_END();
    }
};

struct reader::state::refresh_in_time {
    state* in;
    sb::future<report> work{};
    sb::future<void> limit{};
    report result{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        work = co.start(load_all{in});
        limit = co.start(cancel_after{work, in->how.limit});
        SB_TRY {
            SB_AWAIT_INTO(result, work);
        } SB_CATCH(sb::cancelled const& request) {
            if (!limit.ready()) SB_RAISE(); // it was not the limit that cancelled
            result.how = outcome::timed_out;
        } SB_CATCH(std::exception const& error) {
            result.how = outcome::failed;
            result.error = error.what();
        } SB_END_TRY
        in->finish(std::move(result));
        SB_END();
    }
};
// end of quote

void reader::state::start() { refreshing = scheduler.start(refresh_in_time{this}); }

reader::reader(event_loop& loop, transport& net, settings how)
    : state_(std::make_unique<state>(loop, net, how)) {}

reader::~reader() = default;

void reader::refresh(progress on_progress, done on_done) {
    if (state_->on_done != nullptr) throw std::logic_error("one refresh at a time");
    state_->on_progress = std::move(on_progress);
    state_->on_done = std::make_shared<done>(std::move(on_done));
    state_->start();
}

void reader::cancel() { state_->cancel(); }

} // namespace feeds
