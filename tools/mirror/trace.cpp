#include "trace.hpp"

#include <cerrno>
#include <cstdio>
#include <sstream>
#include <system_error>

namespace mirror {

namespace {

using clock = std::chrono::steady_clock;

clock::time_point const process_start = clock::now();

std::string quoted(std::string const& text) {
    std::string result = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (static_cast<unsigned char>(c) < ' ') {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            result += escape;
        } else {
            result += c;
        }
    }
    return result + '"';
}

double milliseconds(clock::time_point time) {
    return std::chrono::duration<double, std::milli>(time - process_start).count();
}

} // namespace

trace::trace(std::string const& file) {
    if (file.empty()) return;
    file_.open(file);
    if (file_) return;
    throw std::system_error(errno, std::generic_category(), "cannot write the trace " + file);
}

void trace::add(attempt_record const& record) {
    if (!file_.is_open()) return;
    std::ostringstream line;
    line << std::fixed;
    line.precision(3);
    line << "{\"url\":" << quoted(record.address) << ",\"start_ms\":" << milliseconds(record.start)
         << ",\"end_ms\":" << milliseconds(record.end) << ",\"status\":" << record.status
         << ",\"bytes\":" << record.bytes << ",\"attempt\":" << record.number << "}\n";
    auto const lock = std::lock_guard(mutex_);
    file_ << line.str();
}

bool trace::finish(tally const& total) {
    if (!file_.is_open()) return true;
    auto const lock = std::lock_guard(mutex_);
    file_ << "{\"summary\":true,\"fetched\":" << total.fetched << ",\"failed\":" << total.failed
          << ",\"retried\":" << total.retried << ",\"bytes\":" << total.bytes
          << ",\"seconds\":" << total.seconds << "}\n";
    file_.close();
    return static_cast<bool>(file_);
}

double seconds_since_start() {
    return milliseconds(clock::now()) / 1000;
}

} // namespace mirror
