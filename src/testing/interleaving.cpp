#include <switchback/testing/interleaving.hpp>

#include <switchback/errors.hpp>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

interleaving::interleaving(std::string const& text) {
    std::istringstream in(text);
    while (!(in >> std::ws).eof()) {
        deviation next{};
        char between = 0;
        bool const is_later = in >> next.decision >> between >> next.way && between == ':' &&
                              (deviations_.empty() || deviations_.back().decision < next.decision);
        if (!is_later) detail::raise<misuse>("an interleaving is written as \"3:1 7:2\", in ascending order");
        deviations_.push_back(next);
    }
}

std::string interleaving::to_string() const {
    std::string said;
    for (auto const& each : deviations_) {
        if (!said.empty()) said += ' ';
        said += std::to_string(each.decision) + ':' + std::to_string(each.way);
    }
    return said;
}

std::uint32_t interleaving::way_at(std::uint32_t decision) const noexcept {
    auto const at = std::lower_bound(deviations_.begin(), deviations_.end(), decision,
        [](deviation const& each, std::uint32_t wanted) { return each.decision < wanted; });
    return at == deviations_.end() || at->decision != decision ? 0 : at->way;
}

namespace {

std::string seconds(std::chrono::nanoseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>(time).count());
    return text;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

} // namespace

std::string history::to_string() const {
    std::vector<std::size_t> widths;
    for (auto const& name : tasks) widths.push_back(name.size());
    for (auto const& each : rows) widths[each.task] = std::max(widths[each.task], each.what.size() + 2);
    std::string said = padded("step", 5) + padded("time", 10);
    for (std::size_t i = 0; i < tasks.size(); ++i) said += "  " + padded(tasks[i], widths[i]);
    std::size_t number = 0;
    for (auto const& each : rows) {
        while (said.back() == ' ') said.pop_back();
        said += '\n' + padded(std::to_string(++number), 5) + padded(seconds(each.time), 10);
        for (std::size_t i = 0; i < each.task; ++i) said += std::string(widths[i] + 2, ' ');
        said += "  " + std::string(each.is_fault ? "! " : "") + each.what;
    }
    return said + '\n';
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
