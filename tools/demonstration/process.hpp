// Runs a program to its end and watches what it uses.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace demonstration {

struct process_result {
    bool succeeded = false;
    std::string ending; // "ended with exit status 2", "was ended by signal 11": for messages
    double seconds = 0;
    long peak_threads = 0;
    double peak_megabytes = 0;
};

// Runs `command` with its output going to the file `log`, and ends it when it is not done by
// `limit`. Throws `interrupted` when a signal asks this program to end; in no case does the child
// go on afterwards.
process_result run_process(std::vector<std::string> const& command,
    std::filesystem::path const& log, std::chrono::seconds limit);

} // namespace demonstration
