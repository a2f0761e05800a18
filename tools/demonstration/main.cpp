// sb-demo: mirrors one site with sb-mirror in each of its modes, and shows the difference.

#include "bounds.hpp"
#include "comparison.hpp"
#include "experiment.hpp"
#include "interrupt.hpp"
#include "options.hpp"
#include "report.hpp"
#include "scratch_directory.hpp"
#include "server.hpp"
#include "site.hpp"
#include "sparkline.hpp"
#include "table.hpp"
#include "terminal.hpp"
#include "timeline.hpp"

#include "../mirror/file_name.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace demonstration {
namespace {

std::string count(std::size_t number, std::string const& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

void write_picture(report const& report, std::filesystem::path const& file) {
    std::ofstream out{file};
    write_timeline(out, report);
    out.close();
    if (!out) throw std::runtime_error{"cannot write " + file.string()};
}

void show(report const& report, options const& chosen) {
    auto coloured = terminal_has_colours();
    std::cout << '\n';
    print(std::cout, tabulate(report), coloured);
    std::cout << '\n';
    print_sparklines(std::cout, report, terminal_width(), coloured);
    write_picture(report, chosen.html);
    std::cout << "\n  Every request as a bar: " << chosen.html.string() << '\n';
}

// Whether all went well.
bool conclude(experiment const& done, report const& about, options const& chosen) {
    if (!about.modes.empty()) show(about, chosen);

    constexpr std::size_t enough = 8;
    style const styles{terminal_has_colours()};
    auto const& problems = done.problems();
    for (std::size_t i = 0; i < problems.size() && i < enough; ++i) {
        std::cerr << "  " << styles.bad() << "✗" << styles.plain() << " " << problems[i] << '\n';
    }
    if (problems.size() > enough) {
        std::cerr << "    … and " << problems.size() - enough << " more\n";
    }
    return problems.empty();
}

std::string running_for(report const& report, options const& chosen) {
    return count(chosen.modes.size(), "mode") + ", up to " +
           count(static_cast<std::size_t>(report.jobs), "request") + " at a time" +
           (chosen.runs > 1 ? ", " + std::to_string(chosen.runs) + " runs each" : "");
}

bool mirror_real_site(options const& chosen, std::filesystem::path const& directory) {
    report about;
    about.subject = "A copy of " + chosen.url + ".";
    about.jobs = chosen.jobs;
    about.runs = chosen.runs;
    std::cout << "Mirroring " << chosen.url << " (" << running_for(about, chosen)
              << "):" << std::endl;

    experiment run{chosen, chosen.url, directory, std::cout};
    run.perform();
    about.modes = run.modes();
    return conclude(run, about, chosen);
}

bool mirror_own_site(options const& chosen, std::filesystem::path const& directory) {
    auto const example = make_site(chosen.seed);
    site_server server{example};
    std::size_t failing = 0;
    for (auto const& each : example.resources) failing += each.fails_first ? 1 : 0;

    report about;
    about.subject = "A local site of " + count(example.resources.size(), "resource") +
                    ", each answering after a delay of its own; " + std::to_string(failing) +
                    " fail the first time they are asked for.";
    about.jobs = chosen.jobs;
    about.runs = chosen.runs;
    about.limits = lower_bounds(example, chosen.jobs);
    std::cout << about.subject << "\nMirroring it (" << running_for(about, chosen)
              << "):" << std::endl;

    experiment run{chosen, server.url(), directory, std::cout};
    run.limit = std::chrono::minutes{2};
    run.prepare = [&] { server.reset(); };
    run.inspect = [&](auto const& copy) {
        auto start = mirror::url::parse(server.url());
        return differences(example, copy, [&](std::string const& target) {
            return mirror::file_name(start->resolve(target).value());
        });
    };
    run.perform();
    about.modes = run.modes();
    auto succeeded = conclude(run, about, chosen);
    if (succeeded) {
        style const styles{terminal_has_colours()};
        std::cout << "  " << styles.good() << "✓" << styles.plain()
                  << " Every copy equals the site, byte for byte: "
                  << count(example.resources.size(), "resource") << ", each present once.\n";
    }
    return succeeded;
}

bool demonstrate(options const& chosen) {
    scratch_directory scratch;
    if (chosen.keep) {
        scratch.keep();
        std::cout << "Copies and traces stay in " << scratch.path().string() << '\n';
    }
    return chosen.url.empty() ? mirror_own_site(chosen, scratch.path())
                              : mirror_real_site(chosen, scratch.path());
}

} // namespace
} // namespace demonstration

int main(int argc, char** argv) {
    using namespace demonstration;
    auto const chosen = parse_options(argc, argv);
    try {
        note_interruptions();
        return demonstrate(chosen) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (interrupted const& reason) {
        die_of(reason);
    } catch (std::exception const& error) {
        std::cerr << "demo: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
