// docs/porting/asio-stackless.md: the same little server as one of Asio's stackless coroutines, and
// as frames, in the same io_context.
#include <switchback/offload.hpp>
#include <switchback/promise.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/try.hpp>

#include <asio/coroutine.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

// Last: it makes macros of common words.
#include <asio/yield.hpp>

namespace {

namespace sb = switchback;

// What both serve: lines that clients have sent. Each operation calls back from the loop.
class network {
public:
    explicit network(std::function<void(std::function<void()>)> post) : post_(std::move(post)) {}

    std::deque<std::string> clients;
    std::map<std::string, std::deque<std::string>> lines;
    std::map<std::string, std::string> written;

    using on_text = std::function<void(asio::error_code, std::string)>;

    void accept(on_text done) { next_of(clients, std::move(done)); }
    void read(std::string const& client, on_text done) { next_of(lines[client], std::move(done)); }
    void write(std::string const& client, std::string const& line, on_text done) {
        written[client] += line + ";";
        post_([done = std::move(done)] { done({}, {}); });
    }

private:
    void next_of(std::deque<std::string>& from, on_text done) {
        if (from.empty()) {
            post_([done = std::move(done)] { done(asio::error::eof, {}); });
        } else {
            post_([done = std::move(done), text = from.front()] { done({}, text); });
            from.pop_front();
        }
    }
    std::function<void(std::function<void()>)> post_;
};

namespace before {

// quoted: before
// Copied into each handler, so what outlives a yield is shared, or copied along.
struct server : asio::coroutine {
    network* net;
    std::string client{};
    int served = 0;

    explicit server(network& n) : net(&n) {}

    void operator()(asio::error_code error = {}, std::string text = {}) {
        reenter(this) {
            do {
                yield net->accept(*this);
                if (error) return; // the listener has gone
                client = text;
                fork server(*this)();
            } while (is_parent());

            for (;;) {
                yield net->read(client, *this);
                if (error) break;
                ++served;
                yield net->write(client, std::to_string(served) + " " + text, *this);
                if (error) break;
            }
            net->written[client] += "bye;";
        }
    }
};
// end of quote

} // namespace before
} // namespace

#include <asio/unyield.hpp>

namespace {
namespace after {

// quoted: pump
// Hosts a scheduler in an io_context, which one thread runs.
class io_context_pump final : public sb::event_pump {
public:
    explicit io_context_pump(asio::io_context& io) : io_(io), alarm_(io) {}
    ~io_context_pump() override { link_->pump = nullptr; }

    void wake() noexcept override {
        if (link_->woken.exchange(true)) return;
        asio::post(io_, [link = link_] {
            link->woken = false;
            if (link->pump != nullptr) link->pump->run(false);
        });
    }

    void wake_after(std::chrono::nanoseconds delay) noexcept override {
        alarm_.cancel();
        if (delay == endless) return;
        alarm_.expires_after(delay);
        alarm_.async_wait([link = link_](asio::error_code error) {
            if (!error && link->pump != nullptr) link->pump->run(true);
        });
    }

    void turn(bool may_block) override {
        if (io_.stopped()) io_.restart();
        if (may_block) {
            io_.run_one();
        } else {
            io_.poll_one();
        }
    }

private:
    struct link {
        explicit link(io_context_pump* of) : pump(of) {}
        io_context_pump* pump;
        std::atomic<bool> woken{false};
    };

    // While a job is under way, io.run() does not end.
    void run(bool alarm_rang) noexcept {
        run_tasks(alarm_rang);
        if (!awaits_other_threads()) {
            job_.reset();
        } else if (!job_) {
            job_.emplace(io_.get_executor());
        }
    }

    asio::io_context& io_;
    asio::steady_timer alarm_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> job_;
    std::shared_ptr<link> link_ = std::make_shared<link>(this);
};
// end of quote

// quoted: operation
// An operation of the network, as something to await: an error code becomes an exception.
template <class Begin>
struct operation {
    Begin begin;
    sb::future<std::string> soon{};
    std::string text{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        {
            sb::promise<std::string> const p{co};
            soon = p.get_future();
            begin([p](asio::error_code error, std::string const& came) {
                if (error) {
                    p.set_error(std::make_exception_ptr(std::system_error(error)));
                } else {
                    p.set_value(came);
                }
            });
        }
        SB_AWAIT_INTO(text, std::move(soon));
        SB_RETURN(std::move(text));
        SB_END();
    }
};
template <class Begin>
operation(Begin) -> operation<Begin>;
// end of quote

auto accept(network& net) {
    return operation{[&net](network::on_text done) { net.accept(std::move(done)); }};
}
auto read(network& net, std::string client) {
    return operation{[&net, client = std::move(client)](network::on_text done) {
        net.read(client, std::move(done));
    }};
}
auto write(network& net, std::string client, std::string line) {
    return operation{
        [&net, client = std::move(client), line = std::move(line)](network::on_text done) {
            net.write(client, line, std::move(done));
        }};
}

// quoted: after
struct session {
    network* net;
    std::string client;
    std::string line{};
    int served = 0;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                SB_AWAIT_INTO(line, read(*net, client));
                ++served;
                SB_AWAIT(write(*net, client, std::to_string(served) + " " + line));
            }
        } SB_CATCH(std::system_error const& error) {
            net->written[client] += "bye;";
        } SB_END_TRY
        SB_END();
    }
};

struct server {
    network* net;
    std::string client{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                SB_AWAIT_INTO(client, accept(*net));
                co.start_detached(session{net, client});
            }
        } SB_CATCH(std::system_error const& error) {
            // the listener has gone
        } SB_END_TRY
        SB_END();
    }
};
// end of quote

} // namespace after

void fill(network& net) {
    net.clients = {"ann", "bob", "eve"};
    net.lines = {{"ann", {"hello", "how are you"}}, {"bob", {"list"}}, {"eve", {}}};
}

} // namespace

TEST_CASE("porting: in one io_context, frames answer as the stackless coroutine does") {
    asio::io_context io;
    auto const post = [&](std::function<void()> call) { asio::post(io, std::move(call)); };
    network old(post), now(post);
    fill(old);
    fill(now);

    after::io_context_pump pump{io};
    sb::task_scheduler scheduler{pump};
    scheduler.start_detached(after::server{&now});
    before::server{old}();
    io.run();

    CHECK(old.written.at("ann") == "1 hello;2 how are you;bye;");
    CHECK(old.written.at("eve") == "bye;");
    CHECK(now.written == old.written);
    CHECK(scheduler.unfinished_tasks() == 0);
}

TEST_CASE("porting: an io_context runs on while a task sleeps or a job is under way, and then ends") {
    asio::io_context io;
    after::io_context_pump pump{io};
    sb::task_scheduler scheduler{pump};
    auto const nap = scheduler.start(sb::sleep(std::chrono::milliseconds(1)));
    auto const job = scheduler.start(sb::offload([] { return 42; }));
    io.run();
    CHECK(nap.ready());
    CHECK(job.get() == 42);
    CHECK(scheduler.run(sb::offload([] { return 43; })) == 43); // and is turned from without
}
