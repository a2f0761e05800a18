// Runs sb-mirror, once for each mode or often, and gathers what came of it.
#pragma once

#include "measurement.hpp"
#include "options.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace demonstration {

class experiment {
public:
    // Says on `progress` what it does. The options must outlive it.
    experiment(options const& chosen, std::string url, std::filesystem::path directory,
        std::ostream& progress);

    // For each run; what takes longer is stuck.
    std::chrono::seconds limit = std::chrono::hours{1};
    // To do before each run.
    std::function<void()> prepare = [] {};
    // What is wrong with a copy, in sentences.
    std::function<std::vector<std::string>(std::filesystem::path const& copy)> inspect =
        [](auto const&) { return std::vector<std::string>{}; };

    // Every mode in turn, as often as chosen: what disturbs the machine for a while should not
    // disturb a single mode.
    void perform();

    // Those modes that have at least one run whose trace could be read.
    std::vector<measured_mode> const& modes() const { return modes_; }

    // Empty when all went well.
    std::vector<std::string> const& problems() const { return problems_; }

private:
    void perform_once(measured_mode& mode, std::string const& name);

    options const& options_;
    std::string url_;
    std::filesystem::path directory_;
    std::ostream& progress_;
    std::vector<measured_mode> modes_;
    std::vector<std::string> problems_;
};

} // namespace demonstration
