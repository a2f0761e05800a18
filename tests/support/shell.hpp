// Runs a command as a shell would, and keeps what it says. For tests of what compilers say.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

struct command_outcome {
    int status;         // 127: there is no such command
    std::string output; // standard error as well
};

inline command_outcome run_command(std::string const& command) {
    std::FILE* const pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run: " + command);
    std::string output;
    char part[4096];
    for (std::size_t n = 0; (n = std::fread(part, 1, sizeof part, pipe)) > 0;) output.append(part, n);
    int const status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), output};
}
