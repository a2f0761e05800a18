#include "process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <pty.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

void open_channel(process::output kind, int& reading, int& writing) {
    int ends[2] = {-1, -1};
    int const failed = kind == process::output::pipe
                           ? ::pipe2(ends, O_CLOEXEC)
                           : ::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr);
    if (failed != 0) throw std::runtime_error("cannot open a pipe or terminal");
    for (int const end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    reading = ends[0];
    writing = ends[1];
}

// Loopback addresses are not for the proxies that this machine may be set up with.
void forget_proxies() {
    for (auto const name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
        ::unsetenv(name);
    }
}

} // namespace

process::process(std::vector<std::string> command, output kind, std::function<void()> at_end) {
    int writing = -1;
    open_channel(kind, output_, writing);
    forget_proxies();
    std::vector<char*> arguments;
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);

    id_ = ::fork();
    if (id_ < 0) throw std::runtime_error("cannot fork");
    if (id_ == 0) {
        ::dup2(writing, STDOUT_FILENO);
        ::dup2(writing, STDERR_FILENO);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(writing);
    reader_ = std::thread([this, at_end = std::move(at_end)] {
        char buffer[4096];
        for (;;) {
            auto const size = ::read(output_, buffer, sizeof buffer);
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) break; // a terminal's other end reports EIO
            text_.append(buffer, static_cast<std::size_t>(size));
        }
        at_end();
    });
}

process::~process() {
    if (id_ > 0) {
        signal(SIGKILL);
        wait();
    }
}

void process::signal(int number) {
    ::kill(id_, number);
}

ended process::wait() {
    reader_.join();
    ::close(output_);
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), text_};
}

ended run(std::vector<std::string> command, process::output kind) {
    return process(std::move(command), kind).wait();
}
