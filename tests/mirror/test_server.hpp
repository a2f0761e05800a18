// A web site in memory, on a loopback port of its own. What it serves is set up before it is asked;
// what it was asked can be waited for.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace httplib {
class Server;
struct Request;
struct Response;
} // namespace httplib

class test_server {
public:
    test_server();
    test_server(test_server const&) = delete;
    test_server& operator=(test_server const&) = delete;
    ~test_server();

    std::string address(std::string const& target) const;
    // The directory that a mirror keeps this site in.
    std::string name() const;

    void page(std::string const& target, std::string html);
    void file(std::string const& target, std::string bytes);
    void redirect(std::string const& target, std::string location);
    void fail(std::string const& target, int status);
    // Fails `times` times, then serves `bytes`.
    void fail_first(std::string const& target, int status, int times, std::string bytes);
    // Announces more bytes than it sends, then closes the connection.
    void truncated(std::string const& target, std::string bytes);
    // Sends half of what it announces and then nothing, until the server goes away.
    void half(std::string const& target, std::string bytes);
    // Sends nothing at all, until the server goes away.
    void silent(std::string const& target);

    int requests(std::string const& target) const;
    // Blocks until `target` was asked for; false if that will not happen, see client_gone().
    bool wait_for(std::string const& target);
    void client_gone();

    // As if the server's process died.
    void kill();

private:
    using handler = std::function<void(httplib::Response&, int number)>;

    void add(std::string const& target, handler serve);
    void serve(httplib::Request const& question, httplib::Response& answer);
    void wait_until_killed();

    std::unique_ptr<httplib::Server> server_;
    int port_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, handler> handlers_;
    std::map<std::string, int> requests_;
    bool client_gone_ = false;
    bool killed_ = false;
    std::thread thread_;
};
