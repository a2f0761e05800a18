// What a program without exceptions says of a misuse, which ends it: so it is another program, where
// there can be one (CAN_END_A_PROGRAM).
#pragma once

#include <switchback/misuse_handler.hpp>

#include <csignal>
#include <cstring>
#include <string>

#if (defined(__unix__) || defined(__APPLE__)) && !defined(__EMSCRIPTEN__)
#    include <sys/wait.h>
#    include <unistd.h>
#    define CAN_END_A_PROGRAM 1

namespace test {

inline void write_sentence_and_end(char const* sentence) {
    if (write(STDERR_FILENO, sentence, std::strlen(sentence)) < 0) _exit(9);
    _exit(7);
}

// Runs it in a child process. The sentence that the handler is called with; or "aborted: " and the line
// that was printed before (an emulator adds one of its own); or "no misuse".
template <class Function>
std::string misuse_told(Function misuses) {
    int ends[2];
    if (pipe(ends) != 0) return "no pipe";
    auto const child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL); // not doctest's
        switchback::set_misuse_handler(write_sentence_and_end);
        misuses();
        _exit(0);
    }
    close(ends[1]);
    std::string told;
    char part[256];
    for (ssize_t got; (got = read(ends[0], part, sizeof(part))) > 0;) told.append(part, static_cast<std::size_t>(got));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) {
        return "aborted: " + told.substr(0, told.find('\n') + 1);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 7) return told;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "no misuse" : "an end of another kind: " + told;
}

} // namespace test

#endif
