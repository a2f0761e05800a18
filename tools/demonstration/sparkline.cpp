#include "sparkline.hpp"

#include "terminal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace demonstration {
namespace {

constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

void print_on_one_axis(std::ostream& out, std::vector<measured_mode const*> const& modes, int jobs,
    std::size_t width, bool coloured) {
    style const styles{coloured};
    std::size_t name_width = 0;
    double end = 0;
    for (auto const* mode : modes) {
        name_width = std::max(name_width, mode->name.size());
        end = std::max(end, mode->typical().seconds);
    }
    auto margin = name_width + 4;
    auto columns = std::max<std::size_t>(width - std::min(width, margin + 2), 8);
    for (auto const* mode : modes) {
        out << "  " << mode->name << std::string(name_width - mode->name.size() + 2, ' ')
            << styles.accent() << sparkline(mode->typical().requests.requests, end, columns, jobs)
            << styles.plain() << '\n';
    }
    auto last = brief_seconds(end);
    out << std::string(margin, ' ') << styles.faint() << '0'
        << std::string(columns - 1 - std::min(columns - 1, last.size()), ' ') << last
        << styles.plain() << '\n';
}

} // namespace

std::string sparkline(
    std::vector<traced_request> const& requests, double end, std::size_t columns, double full) {
    auto slice = end / static_cast<double>(columns);
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
        auto from = slice * static_cast<double>(i);
        double busy = 0;
        for (auto const& each : requests) {
            busy += std::max(0.0, std::min(each.end, from + slice) - std::max(each.start, from));
        }
        // Rounded up: even a little is something.
        auto level = std::ceil(busy / slice / full * 8 - 1e-6);
        line += blocks[static_cast<std::size_t>(std::clamp(level, 0.0, 8.0))];
    }
    return line;
}

void print_sparklines(std::ostream& out, report const& report, std::size_t width, bool coloured) {
    std::vector<measured_mode const*> all;
    std::vector<measured_mode const*> short_ones;
    for (auto const& mode : report.modes) {
        all.push_back(&mode);
        if (!report.is_out_of_scale(mode)) short_ones.push_back(&mode);
    }
    out << "  Requests under way (a full block: " << report.jobs << ")\n";
    print_on_one_axis(out, all, report.jobs, width, coloured);
    if (short_ones.size() == all.size()) return;
    out << "\n  The beginning, stretched\n";
    print_on_one_axis(out, short_ones, report.jobs, width, coloured);
}

} // namespace demonstration
