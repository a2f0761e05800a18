#include "timeline.hpp"

#include "drawing.hpp"
#include "kind.hpp"
#include "markup.hpp"
#include "table.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace demonstration {
namespace {

constexpr std::string_view style_sheet = R"(
:root {
  color-scheme: light dark;
  --surface: #fcfcfb; --ink: #161615; --muted: #65645f; --line: #e3e2dd; --lane: #f3f2ee;
  --page: #2a78d6; --style: #d99100; --script: #4a3aa7; --image: #1baf7a; --failure: #e0312f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --surface: #181817; --ink: #f3f2ee; --muted: #a3a29b; --line: #363632; --lane: #21211f;
    --page: #3987e5; --style: #c98500; --script: #9085e9; --image: #199e70; --failure: #ff5a57;
  }
}
body {
  max-width: 1120px; margin: 40px auto 56px; padding: 0 24px;
  background: var(--surface); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
p { margin: 0; color: var(--muted); max-width: 75ch; }
table { border-collapse: collapse; margin: 24px 0 28px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 0 5px 30px; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
thead th { color: var(--muted); font-weight: 400; }
tbody th { font-weight: 600; }
tbody tr { border-top: 1px solid var(--line); }
tr.limit th, tr.limit td { color: var(--muted); font-weight: 400; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 0 0 14px; padding: 0; }
.legend li { list-style: none; color: var(--muted); }
.legend i {
  display: inline-block; width: 22px; height: 10px; border-radius: 2px; margin-right: 7px;
}
.legend i.limit {
  height: 0; border-top: 2px dashed var(--ink); border-radius: 0; vertical-align: 4px;
}
i.page { background: var(--page); } i.style { background: var(--style); }
i.script { background: var(--script); } i.image { background: var(--image); }
i.failure { background: var(--failure); }
.drawing { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 760px; height: auto; }
svg text { fill: var(--muted); font-size: 12.5px; font-variant-numeric: tabular-nums; }
svg text.name { fill: var(--ink); font-size: 15px; font-weight: 600; }
svg text.strong { fill: var(--ink); }
svg .lane { fill: var(--lane); }
svg .grid { stroke: var(--line); }
svg .lens { fill: var(--lane); stroke: var(--line); }
svg .limit { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 4; }
svg .page { fill: var(--page); } svg .style { fill: var(--style); }
svg .script { fill: var(--script); } svg .image { fill: var(--image); }
svg .failure { fill: var(--failure); }
svg .bar:hover { stroke: var(--ink); stroke-width: 1.5; }
)";

void write_table(std::ostream& out, report const& report) {
    auto figures = tabulate(report);
    auto write_row = [&](std::vector<std::string> const& row, std::string const& opening) {
        out << opening << "<th>" << escape(row.front()) << "</th>";
        for (std::size_t i = 1; i < row.size(); ++i) out << "<td>" << escape(row[i]) << "</td>";
        out << "</tr>\n";
    };
    out << "<table>\n<thead><tr>";
    for (auto const& cell : figures.heading) out << "<th>" << escape(cell) << "</th>";
    out << "</tr></thead>\n<tbody>\n";
    for (auto const& row : figures.modes) write_row(row, "<tr>");
    for (auto const& row : figures.limits) write_row(row, "<tr class=\"limit\">");
    out << "</tbody>\n</table>\n";
}

void write_legend(std::ostream& out, report const& report) {
    out << "<ul class=\"legend\">\n";
    for (auto what : all_kinds) {
        out << "<li><i class=\"" << name_of(what) << "\"></i>" << name_of(what) << "</li>\n";
    }
    out << "<li><i class=\"failure\"></i>failed attempt</li>\n";
    if (report.limits) {
        out << "<li><i class=\"limit\"></i>bound that no mirror can beat</li>\n";
    }
    out << "</ul>\n";
}

} // namespace

void write_timeline(std::ostream& out, report const& report) {
    constexpr std::array counts{"one way", "two ways", "three ways"};
    auto title = std::string{"One site, mirrored "} + counts.at(report.modes.size() - 1);
    out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<title>Switchback: "
        << title << "</title>\n<style>" << style_sheet << "</style>\n</head>\n<body>\n<h1>" << title
        << "</h1>\n<p>" << escape(report.subject)
        << (report.runs > 1 ? " Medians of " + std::to_string(report.runs) + " runs." : "")
        << " Each bar is a request: point at it to see which.</p>\n";
    write_table(out, report);
    write_legend(out, report);
    out << "<div class=\"drawing\">\n" << draw_timeline(report) << "</div>\n</body>\n</html>\n";
}

} // namespace demonstration
