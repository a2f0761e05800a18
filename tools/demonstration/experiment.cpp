#include "experiment.hpp"

#include "process.hpp"
#include "report.hpp"
#include "site.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <stdexcept>

namespace demonstration {
namespace {

std::string last_lines(std::filesystem::path const& log) {
    std::deque<std::string> lines;
    std::ifstream stream{log};
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
        if (lines.size() > 5) lines.pop_front();
    }
    std::string text;
    for (auto const& line : lines) text += "\n      " + line;
    return text;
}

} // namespace

experiment::experiment(
    options const& chosen, std::string url, std::filesystem::path directory, std::ostream& progress)
    : options_{chosen}, url_{std::move(url)}, directory_{std::move(directory)}, progress_{
                                                                                    progress} {
    for (auto const& name : chosen.modes) modes_.push_back({name});
}

void experiment::perform() {
    for (int i = 1; i <= options_.runs; ++i) {
        for (auto& mode : modes_) {
            auto name = options_.runs == 1 ? mode.name : mode.name + "-" + std::to_string(i);
            perform_once(mode, name);
        }
    }
    auto has_no_run = [](measured_mode const& mode) { return mode.runs.empty(); };
    modes_.erase(std::remove_if(modes_.begin(), modes_.end(), has_no_run), modes_.end());
}

void experiment::perform_once(measured_mode& mode, std::string const& name) {
    auto copy = directory_ / name;
    auto trace_file = directory_ / (name + ".trace");
    auto log = directory_ / (name + ".log");

    progress_ << "  " << name << " … " << std::flush;
    prepare();
    auto result = run_process(
        {options_.mirror.string(), url_, "-o", copy.string(), "--mode", mode.name, "--jobs",
            std::to_string(options_.jobs), "--depth", std::to_string(site_depth), "--same-host",
            "--retries", "2", "--trace", trace_file.string()},
        log, limit);
    progress_ << brief_seconds(result.seconds) << '\n';
    if (!result.succeeded) {
        problems_.push_back(name + ": sb-mirror " + result.ending + last_lines(log));
    }
    try {
        mode.runs.push_back(
            {result.seconds, result.peak_threads, result.peak_megabytes, read_trace(trace_file)});
    } catch (std::runtime_error const& error) {
        problems_.push_back(name + ": " + error.what());
    }
    if (!result.succeeded) return; // what is missing then says nothing more
    for (auto const& difference : inspect(copy)) problems_.push_back(name + ": " + difference);
}

} // namespace demonstration
