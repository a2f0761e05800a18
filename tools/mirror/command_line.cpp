#include "command_line.hpp"

#include "url.hpp"

#include <CLI/CLI.hpp>

namespace mirror {

std::optional<options> read_command_line(int argc, char const* const* argv, int& status) {
    options asked;
    double timeout = std::chrono::duration<double>(asked.timeout).count();

    CLI::App app("Copies a web page, and everything that it directly links to, into a directory.");
    app.name("sb-mirror");
    app.add_option("URL", asked.start, "The page to start from")
        ->required()
        ->check([](std::string const& text) {
            return url::parse(text) ? "" : "'" + text + "' is no http:// or https:// address";
        });
    app.add_option("-o,--output", asked.directory, "The directory to write to")->required();
    app.add_option("--mode", asked.mode, "How to wait for many transfers at once")
        ->check(CLI::IsMember({"serial", "threads", "tasks"}))
        ->capture_default_str();
    app.add_option("--jobs", asked.jobs, "Transfers at a time (not in mode serial)")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--depth", asked.depth, "How many <a> links to follow from the start page")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    app.add_flag("--same-host", asked.same_host, "Fetch only from the start page's host");
    app.add_option("--timeout", timeout, "Give up on a server that is silent for so many seconds")
        ->check(CLI::Range(0.001, 86'400.0))
        ->capture_default_str();
    app.add_option("--retries", asked.retries, "How often to try again what may yet succeed")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    app.add_option("--trace", asked.trace, "Write a line of JSON per request attempt to this file");
    app.footer("Exit status: 0 all fetched, 1 some failed, 2 usage, 3 nothing fetched,\n"
               "130 interrupted.");

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        status = app.exit(error) == 0 ? 0 : 2;
        return std::nullopt;
    }
    asked.timeout = std::chrono::milliseconds(static_cast<long>(timeout * 1000));
    return asked;
}

} // namespace mirror
