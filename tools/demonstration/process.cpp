#include "process.hpp"

#include "interrupt.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace demonstration {
namespace {

using namespace std::chrono_literals;

constexpr auto sampling_interval = 2ms;
constexpr auto patience = 2s; // between asking a child to end and killing it

pid_t start(std::vector<std::string> const& command, std::filesystem::path const& log) {
    std::vector<char*> arguments;
    for (auto const& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    auto parent = ::getpid();

    auto child = ::fork();
    if (child < 0)
        throw std::system_error{errno, std::generic_category(), "cannot start a process"};
    if (child > 0) return child;

    // Nothing but system calls from here on: this program has other threads, which may have held
    // any lock at the fork.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // should this program be killed outright
    if (::getppid() != parent) ::_exit(127);
    auto output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (output >= 0) {
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
    }
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
}

// A child that is waited for, or else ended with its owner.
class child_process {
public:
    explicit child_process(pid_t id) : id_{id} {}
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;

    ~child_process() { end(); }

    void end() {
        if (ended_) return;
        ::kill(id_, SIGTERM);
        auto limit = std::chrono::steady_clock::now() + patience;
        while (!has_ended() && std::chrono::steady_clock::now() < limit) {
            std::this_thread::sleep_for(sampling_interval);
        }
        if (ended_) return;
        ::kill(id_, SIGKILL);
        ended_ = ::waitpid(id_, &status_, 0) == id_;
    }

    bool has_ended() {
        if (!ended_) ended_ = ::waitpid(id_, &status_, WNOHANG) == id_;
        return ended_;
    }

    pid_t id() const { return id_; }
    int status() const { return status_; }

private:
    pid_t id_;
    int status_ = 0;
    bool ended_ = false;
};

// The memory comes from here and not from wait4(): what that tells includes what this program used
// when it forked, and is the greater of the two. VmHWM begins anew with the program that is run.
void sample(pid_t id, process_result& peaks) {
    std::ifstream status{"/proc/" + std::to_string(id) + "/status"};
    for (std::string word; status >> word;) {
        long value = 0;
        if (word == "Threads:" && status >> value) {
            peaks.peak_threads = std::max(peaks.peak_threads, value);
        } else if (word == "VmHWM:" && status >> value) {
            peaks.peak_megabytes =
                std::max(peaks.peak_megabytes, static_cast<double>(value) / 1024);
        }
    }
}

// Until it has executed the program, the child is a copy of this one: not to be measured.
bool runs_another_program(pid_t id) {
    std::error_code failed;
    auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
    auto its = std::filesystem::read_symlink("/proc/" + std::to_string(id) + "/exe", failed);
    return !failed && its != own;
}

} // namespace

process_result run_process(std::vector<std::string> const& command,
    std::filesystem::path const& log, std::chrono::seconds limit) {
    using clock = std::chrono::steady_clock;
    process_result result;
    auto began = clock::now();
    child_process child{start(command, log)};

    for (bool started = false; !child.has_ended();) {
        check_for_interruption();
        if (clock::now() - began > limit) {
            child.end();
            result.seconds = std::chrono::duration<double>{clock::now() - began}.count();
            result.ending = "was not done after " + std::to_string(limit.count()) + " s";
            return result;
        }
        started = started || runs_another_program(child.id());
        if (started) sample(child.id(), result);
        std::this_thread::sleep_for(sampling_interval);
    }
    result.seconds = std::chrono::duration<double>{clock::now() - began}.count();

    auto status = child.status();
    result.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    result.ending = WIFEXITED(status)
                        ? "ended with exit status " + std::to_string(WEXITSTATUS(status))
                        : "was ended by signal " + std::to_string(WTERMSIG(status));
    return result;
}

} // namespace demonstration
