// docs/porting/callbacks.md: the same work with callbacks and as a task.
#include <switchback/native_pump.hpp>
#include <switchback/promise.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/traceback.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace sb = switchback;
using namespace std::chrono_literals;

// The API that is there, and stays.
class web {
public:
    using on_done = std::function<void(std::string const&)>;
    using on_error = std::function<void(std::string const&)>;

    std::map<std::string, std::string> pages;
    std::vector<std::string> asked;

    int fetch(std::string const& url, on_done done, on_error error) {
        asked.push_back(url);
        waiting_.push_back({++last_, url, std::move(done), std::move(error)});
        return last_;
    }
    void cancel(int id) {
        for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
            if (at->id == id) {
                waiting_.erase(at);
                return;
            }
        }
    }

    // For the tests: calls back for the oldest request.
    void answer() {
        auto const oldest = waiting_.front();
        waiting_.pop_front();
        auto const page = pages.find(oldest.url);
        if (page == pages.end()) {
            oldest.error("no such page: " + oldest.url);
        } else {
            oldest.done(page->second);
        }
    }
    std::size_t waiting() const { return waiting_.size(); }

private:
    struct request {
        int id;
        std::string url;
        on_done done;
        on_error error;
    };
    std::deque<request> waiting_;
    int last_ = 0;
};

namespace before {

// quoted: before
class avatar_loader {
public:
    explicit avatar_loader(web& net) : net_(net) {}

    void load(std::string const& user, web::on_done done, web::on_error error) {
        done_ = std::move(done);
        error_ = std::move(error);
        net_.fetch(
            "/users/" + user, [this](std::string const& profile) { got_profile(profile); }, error_);
    }

private:
    void got_profile(std::string const& profile) {
        net_.fetch(profile + "/avatar", done_, [this](std::string const&) { load_default(); });
    }
    void load_default() { net_.fetch("/avatars/default", done_, error_); }

    web& net_;
    web::on_done done_;
    web::on_error error_;
};
// end of quote

} // namespace before

namespace after {

// quoted: fetch
// The old API, as something to await. Whoever drops the task takes the request back.
struct fetch {
    web* net;
    std::string url;
    sb::future<std::string> soon{};
    std::string page{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        {
            sb::promise<std::string> const p{co};
            soon = p.get_future();
            int const id = net->fetch(
                url, [p](std::string const& text) { p.set_value(text); },
                [p](std::string const& why) {
                    p.set_error(std::make_exception_ptr(std::runtime_error(why)));
                });
            p.on_cancel([from = net, id] { from->cancel(id); });
        }
        SB_AWAIT_INTO(page, std::move(soon));
        SB_RETURN(std::move(page));
        SB_END();
    }
};
// end of quote

// quoted: after
struct load_avatar {
    web* net;
    std::string user;
    std::string page{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(page, fetch{net, "/users/" + user});
        SB_TRY {
            SB_AWAIT_INTO(page, fetch{net, page + "/avatar"});
        } SB_CATCH(std::runtime_error const& error) {
            SB_AWAIT_INTO(page, fetch{net, "/avatars/default"});
        } SB_END_TRY
        SB_RETURN(std::move(page));
        SB_END();
    }
};
// end of quote

// quoted: call_back
// The other way: a task, for callers that still give callbacks. They may keep the future to cancel it.
struct load_avatar_and_call {
    load_avatar work;
    web::on_done done;
    web::on_error error;
    std::string avatar{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(avatar, std::move(work));
        } SB_CATCH(std::exception const& why) {
            error(why.what());
        } SB_ELSE {
            done(avatar);
        } SB_END_TRY
        SB_END();
    }
};
// end of quote

// quoted: in_background
// The same for callers that do not keep anything: it goes on until it has called.
void load_avatar_in_background(sb::task_scheduler& scheduler, web& net, std::string const& user,
    web::on_done done, web::on_error error) {
    scheduler.start(load_avatar{&net, user})
        .on_ready([done = std::move(done), error = std::move(error)](sb::future<std::string> const& avatar) {
            if (avatar.error() == nullptr) {
                done(avatar.get());
            } else {
                error(sb::describe(avatar.error()));
            }
        });
}
// end of quote

// quoted: other_thread
// An API that calls back on a thread of its own: nothing is different.
struct ask_sensor {
    std::function<void(std::function<void(int)>)> measure;
    sb::future<int> soon{};
    int degrees = 0;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        {
            sb::promise<int> const p{co};
            soon = p.get_future();
            measure([p](int value) { p.set_value(value); }); // on the sensor's thread
        }
        SB_AWAIT_INTO(degrees, std::move(soon));
        SB_RETURN(degrees);
        SB_END();
    }
};
// end of quote

} // namespace after

// What one way of loading made of a user, and what it asked the server for.
struct outcome {
    std::string said;
    std::vector<std::string> asked;
    bool operator==(outcome const& other) const { return said == other.said && asked == other.asked; }
};

outcome with_callbacks(web net, std::string const& user) {
    outcome came;
    before::avatar_loader loader{net};
    loader.load(
        user, [&](std::string const& page) { came.said = page; },
        [&](std::string const& why) { came.said = "error: " + why; });
    while (net.waiting() != 0) net.answer();
    came.asked = net.asked;
    return came;
}

outcome with_tasks(web net, std::string const& user) {
    outcome came;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    auto const loading = scheduler.start(after::load_avatar{&net, user});
    for (pump.run_ready(); net.waiting() != 0; pump.run_ready()) net.answer();
    REQUIRE(loading.ready());
    try {
        came.said = loading.get();
    } catch (std::exception const& error) {
        came.said = std::string("error: ") + error.what();
    }
    came.asked = net.asked;
    return came;
}

outcome with_tasks_behind_callbacks(web net, std::string const& user) {
    outcome came;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    auto const loading = scheduler.start(after::load_avatar_and_call{{&net, user},
        [&](std::string const& page) { came.said = page; },
        [&](std::string const& why) { came.said = "error: " + why; }});
    for (pump.run_ready(); net.waiting() != 0; pump.run_ready()) net.answer();
    came.asked = net.asked;
    return came;
}

outcome with_tasks_in_background(web net, std::string const& user) {
    outcome came;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    std::string error;
    after::load_avatar_in_background(
        scheduler, net, user, [&](std::string const& page) { came.said = page; },
        [&](std::string const& why) { error = why; });
    for (pump.run_ready(); net.waiting() != 0; pump.run_ready()) net.answer();
    if (!error.empty()) came.said = "error: " + error.substr(error.find(": ") + 2); // less the type
    came.asked = net.asked;
    return came;
}

} // namespace

TEST_CASE("porting: a task asks for the same and gives the same as the callbacks did") {
    web net;
    net.pages = {{"/users/ann", "/ann"}, {"/ann/avatar", "a fox"}, {"/users/bob", "/bob"},
        {"/avatars/default", "a shadow"}};
    for (std::string const user : {"ann", "bob", "eve"}) {
        CAPTURE(user);
        auto const came = with_callbacks(net, user);
        CHECK_FALSE(came.said.empty());
        CHECK(with_tasks(net, user) == came);
        CHECK(with_tasks_behind_callbacks(net, user) == came);
        CHECK(with_tasks_in_background(net, user) == came);
    }
    CHECK(with_tasks(net, "bob").said == "a shadow");
    CHECK(with_tasks(net, "eve").said == "error: no such page: /users/eve");
}

TEST_CASE("porting: who drops a task that waits for a callback takes the request back") {
    web net;
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    auto loading = scheduler.start(after::load_avatar{&net, "ann"});
    pump.run_ready();
    CHECK(net.waiting() == 1);
    loading.reset();
    CHECK(net.waiting() == 0);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("porting: a callback may come at once, or never") {
    struct hasty : web {
        bool drops = false;
        int fetch(std::string const&, on_done done, on_error) {
            if (!drops) done("at once");
            return 0;
        }
    } net;
    struct fetch_hastily {
        hasty* net;
        sb::future<std::string> soon{};
        std::string page{};
        sb::step operator()(sb::returns<std::string>& co) {
            SB_BEGIN(co);
            {
                sb::promise<std::string> const p{co};
                soon = p.get_future();
                net->fetch("/", [p](std::string const& text) { p.set_value(text); }, nullptr);
            }
            SB_AWAIT_INTO(page, std::move(soon));
            SB_RETURN(std::move(page));
            SB_END();
        }
    };
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    CHECK(scheduler.run(fetch_hastily{&net}) == "at once");
    net.drops = true; // and the callback with it
    CHECK_THROWS_AS(scheduler.run(fetch_hastily{&net}), sb::broken_promise);
    web keeps;
    CHECK_THROWS_AS(scheduler.run(after::fetch{&keeps, "/"}), sb::testing::deadlock);
}

TEST_CASE("porting: a callback on another thread is carried to the scheduler's") {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    std::thread sensor;
    auto const measure = [&](std::function<void(int)> done) {
        sensor = std::thread([done = std::move(done)] { done(21); });
    };
    CHECK(scheduler.run(after::ask_sensor{measure}) == 21);
    sensor.join();
}
