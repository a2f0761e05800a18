#include "command_line.hpp"
#include "modes.hpp"
#include "report.hpp"

#include <csignal>
#include <cstdio>
#include <string_view>

namespace {

using namespace mirror;

enum exit_status { all_fetched = 0, some_failed = 1, nothing_fetched = 3, interrupted = 130 };

void run(crawl& site, downloader const& loader, interrupt& stop, options const& asked) {
    if (asked.mode == "serial") return run_serial(site, loader, stop, asked);
    if (asked.mode == "threads") return run_threads(site, loader, stop, asked);
    run_tasks(site, loader, stop, asked);
}

int mirror_site(options const& asked) {
    interrupt stop;
    store files(asked.directory);
    trace log(asked.trace);
    progress watcher;
    downloader const loader(asked, files, watcher, log);
    crawl site(url::parse(asked.start).value(), asked, watcher);

    run(site, loader, stop, asked);

    watcher.finish();
    auto const total = tally{site.fetched(), static_cast<int>(site.failures().size()),
        loader.retried(), site.bytes(), seconds_since_start()};
    bool const cut_short = !site.finished();
    std::fputs(report(site, total, cut_short).c_str(), stderr);
    bool const traced = log.finish(total);
    if (!traced) std::fputs("sb-mirror: the trace could not be written\n", stderr);

    if (cut_short) return interrupted;
    if (total.fetched == 0) return nothing_fetched;
    return total.failed > 0 || !traced ? some_failed : all_fetched;
}

} // namespace

int main(int argc, char** argv) {
    int status = 0;
    auto const asked = read_command_line(argc, argv, status);
    if (!asked) return status;
    // A reader of our output that went away is no reason to leave half a file behind.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mirror_site(*asked);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "sb-mirror: %s\n", error.what());
        return nothing_fetched;
    }
}
