#include "report.hpp"

#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace mirror {

namespace {

std::string indented(std::string const& text, char const* margin) {
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line);) result += margin + line + "\n";
    return result;
}

} // namespace

std::string report(crawl const& site, tally const& total, bool interrupted) {
    auto failures = site.failures();
    // In an order that does not depend on the mode.
    std::sort(failures.begin(), failures.end(),
        [](auto const& a, auto const& b) { return a.address.text() < b.address.text(); });
    std::string text;
    for (auto const& [address, why] : failures) {
        text += address.text() + "\n" + indented(why.reason, "    ");
        text += indented(why.traceback, "        ");
    }
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f s", total.seconds);
    if (interrupted) text += "interrupted: ";
    text += std::to_string(total.fetched) + " fetched, " + std::to_string(total.failed) +
            " failed, " + std::to_string(total.retried) + " retried, " +
            readable_size(static_cast<double>(total.bytes)) + " in " + seconds + "\n";
    return text;
}

} // namespace mirror
