// What a function writes to standard error.
#pragma once

#if (defined(__unix__) || defined(__APPLE__)) && !defined(__EMSCRIPTEN__) // whose dup2() leaves stderr be
#    define CAN_READ_STDERR 1

#    include <cstdio>
#    include <memory>
#    include <string>

#    include <unistd.h>

namespace test {

template <class Function>
std::string said_by(Function function) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const into(std::tmpfile(), &std::fclose);
    if (into == nullptr) return "no temporary file";
    std::fflush(stderr);
    int const before = dup(STDERR_FILENO);
    dup2(fileno(into.get()), STDERR_FILENO);
    function();
    std::fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    std::string text;
    std::rewind(into.get());
    for (int c; (c = std::fgetc(into.get())) != EOF;) text.push_back(static_cast<char>(c));
    return text;
}

} // namespace test

#endif
