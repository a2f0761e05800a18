#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace demonstration {

options parse_options(int argc, char** argv) {
    options chosen;
    chosen.mirror = SB_MIRROR_PROGRAM; // where the build has put it
    CLI::App app{"Mirrors a web site in several ways, checks the copies, and shows how long each "
                 "took and why.",
        "demo"};
    // The last one counts, so that a script can give defaults before its caller's options.
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app.add_option("url", chosen.url, "Mirror this site (default: one of the demo's own)");
    app.add_option("--modes", chosen.modes, "Any of serial,threads,tasks (default: all)")
        ->delimiter(',')
        ->check(CLI::IsMember({"serial", "threads", "tasks"}))
        ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    app.add_option("--jobs", chosen.jobs, "Requests at a time")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    app.add_option("--runs", chosen.runs, "Runs of each mode, in turn; the table shows medians")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    app.add_option("--seed", chosen.seed, "What the demo's own site is drawn from")
        ->capture_default_str();
    app.add_flag("--keep", chosen.keep, "Leave the copies and traces in place");
    app.add_option("-o,--html", chosen.html, "Where to draw the timeline");
    app.add_option(
        "--mirror", chosen.mirror, "The sb-mirror to run (default: the one built along)");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& end) {
        std::exit(app.exit(end) == 0 ? EXIT_SUCCESS : 2);
    }
    for (auto mode = chosen.modes.begin(); mode != chosen.modes.end();) { // each only once
        auto repeated = std::find(chosen.modes.begin(), mode, *mode) != mode;
        mode = repeated ? chosen.modes.erase(mode) : std::next(mode);
    }
    return chosen;
}

} // namespace demonstration
