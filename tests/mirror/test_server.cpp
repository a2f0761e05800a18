#include "test_server.hpp"

#include <httplib.h>

#include <stdexcept>
#include <utility>

test_server::test_server() : server_(std::make_unique<httplib::Server>()) {
    // A connection that is kept alive occupies a thread.
    server_->new_task_queue = [] { return new httplib::ThreadPool(32); };
    server_->set_keep_alive_timeout(1);
    server_->set_pre_routing_handler([this](auto const& question, auto& answer) {
        serve(question, answer);
        return httplib::Server::HandlerResponse::Handled;
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    if (port_ <= 0) throw std::runtime_error("cannot listen on 127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    // stop() has no effect on a server that does not run yet.
    while (!server_->is_running()) std::this_thread::yield();
}

test_server::~test_server() {
    kill();
}

std::string test_server::address(std::string const& target) const {
    return "http://" + name() + target;
}

std::string test_server::name() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void test_server::page(std::string const& target, std::string html) {
    add(target, [html = std::move(html)](httplib::Response& answer, int) {
        answer.set_content(html, "text/html; charset=utf-8");
    });
}

void test_server::file(std::string const& target, std::string bytes) {
    fail_first(target, 0, 0, std::move(bytes));
}

void test_server::redirect(std::string const& target, std::string location) {
    add(target, [location = std::move(location)](httplib::Response& answer, int) {
        answer.status = 302;
        answer.set_header("Location", location);
    });
}

void test_server::fail(std::string const& target, int status) {
    add(target, [status](httplib::Response& answer, int) {
        answer.status = status;
        answer.set_content("<a href=/from-an-error-page>", "text/html");
    });
}

void test_server::fail_first(std::string const& target, int status, int times, std::string bytes) {
    add(target, [status, times, bytes = std::move(bytes)](httplib::Response& answer, int number) {
        if (number <= times) {
            answer.status = status;
        } else {
            answer.set_content(bytes, "application/octet-stream");
        }
    });
}

void test_server::truncated(std::string const& target, std::string bytes) {
    add(target, [bytes = std::move(bytes)](httplib::Response& answer, int) {
        answer.set_content_provider(bytes.size() + 1, "application/octet-stream",
            [bytes](std::size_t, std::size_t, httplib::DataSink& sink) {
                sink.write(bytes.data(), bytes.size());
                return false;
            });
    });
}

void test_server::half(std::string const& target, std::string bytes) {
    add(target, [this, bytes = std::move(bytes)](httplib::Response& answer, int) {
        answer.set_content_provider(bytes.size() * 2, "application/octet-stream",
            [this, bytes](std::size_t, std::size_t, httplib::DataSink& sink) {
                sink.write(bytes.data(), bytes.size());
                wait_until_killed();
                return false;
            });
    });
}

void test_server::silent(std::string const& target) {
    add(target, [this](httplib::Response&, int) { wait_until_killed(); });
}

int test_server::requests(std::string const& target) const {
    auto const lock = std::lock_guard(mutex_);
    auto const found = requests_.find(target);
    return found == requests_.end() ? 0 : found->second;
}

bool test_server::wait_for(std::string const& target) {
    auto lock = std::unique_lock(mutex_);
    changed_.wait(lock, [&] { return client_gone_ || requests_.count(target) != 0; });
    return requests_.count(target) != 0;
}

void test_server::client_gone() {
    auto const lock = std::lock_guard(mutex_);
    client_gone_ = true;
    changed_.notify_all();
}

void test_server::kill() {
    {
        auto const lock = std::lock_guard(mutex_);
        if (std::exchange(killed_, true)) return;
        changed_.notify_all();
    }
    server_->stop();
    thread_.join();
}

void test_server::add(std::string const& target, handler serve) {
    auto const lock = std::lock_guard(mutex_);
    handlers_[target] = std::move(serve);
}

void test_server::serve(httplib::Request const& question, httplib::Response& answer) {
    handler found;
    int number = 0;
    {
        auto const lock = std::lock_guard(mutex_);
        number = ++requests_[question.target];
        changed_.notify_all();
        auto const place = handlers_.find(question.target);
        if (place != handlers_.end()) found = place->second;
    }
    answer.status = 200;
    if (found) {
        found(answer, number);
    } else {
        answer.status = 404;
    }
}

void test_server::wait_until_killed() {
    auto lock = std::unique_lock(mutex_);
    changed_.wait(lock, [this] { return killed_; });
}
