#include "table.hpp"

#include "terminal.hpp"

#include <algorithm>

namespace demonstration {
namespace {

constexpr std::string_view between_columns = "  ";

std::string padding(std::size_t width, std::string const& text) {
    return std::string(width - std::min(width, display_width(text)), ' ');
}

std::vector<std::size_t> column_widths(table const& table) {
    std::vector<std::size_t> widths;
    auto consider = [&](std::vector<std::string> const& row) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(row[i]));
        }
    };
    consider(table.heading);
    for (auto const& row : table.modes) consider(row);
    for (auto const& row : table.limits) consider(row);
    return widths;
}

} // namespace

table tabulate(report const& report) {
    table made;
    made.heading = {
        "", "seconds", "speedup", "fetched", "failed", "retried", "peak threads", "peak memory"};
    auto const* serial = report.find("serial");
    for (auto const& mode : report.modes) {
        auto faster = serial == nullptr ? std::string{"–"}
                                        : fixed(serial->seconds() / mode.seconds(), 1) + "×";
        made.modes.push_back(
            {mode.name, fixed(mode.seconds(), 2), faster, std::to_string(mode.fetched()),
                std::to_string(mode.failed()), std::to_string(mode.retried()),
                std::to_string(mode.peak_threads()), fixed(mode.peak_megabytes(), 1) + " MB"});
    }
    if (report.limits) {
        made.limits = {
            {"bound: all delays / " + std::to_string(report.jobs),
                fixed(report.limits->shared_work, 2)},
            {"bound: longest chain", fixed(report.limits->longest_chain, 2)},
        };
    }
    return made;
}

void print(std::ostream& out, table const& table, bool coloured) {
    auto widths = column_widths(table);
    style const styles{coloured};
    auto print_row = [&](std::vector<std::string> const& row, std::string_view style_of_name,
                         std::string_view style_of_figures) {
        out << between_columns << style_of_name << row.front() << styles.plain()
            << padding(widths.front(), row.front()) << style_of_figures;
        for (std::size_t i = 1; i < row.size(); ++i) {
            out << between_columns << padding(widths[i], row[i]) << row[i];
        }
        out << styles.plain() << '\n';
    };

    print_row(table.heading, styles.faint(), styles.faint());
    for (auto const& row : table.modes) print_row(row, styles.strong(), "");
    for (auto const& row : table.limits) print_row(row, styles.faint(), styles.faint());
}

} // namespace demonstration
