// A program under test: started at once, its output kept, its end waited for.
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

struct ended {
    int status; // 128 + the signal's number if one killed it
    std::string output;
};

class process {
public:
    enum class output { pipe, terminal };

    // `at_end` is called, from another thread, when the program has closed its output.
    explicit process(
        std::vector<std::string> command, output kind = output::pipe,
        std::function<void()> at_end = [] {});
    process(process const&) = delete;
    process& operator=(process const&) = delete;
    ~process();

    void signal(int number);
    ended wait();

private:
    pid_t id_ = -1;
    int output_ = -1;
    std::string text_;
    std::thread reader_;
};

ended run(std::vector<std::string> command, process::output kind = process::output::pipe);
