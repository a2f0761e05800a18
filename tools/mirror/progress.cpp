#include "progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace mirror {

namespace {

constexpr auto between_lines = std::chrono::milliseconds(100);

std::string first_line(std::string const& text) {
    return text.substr(0, text.find('\n'));
}

} // namespace

std::string readable_size(double bytes) {
    char const* const units[] = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; bytes >= 1000 && unit < 4; ++unit) bytes /= 1000;
    char text[32];
    std::snprintf(text, sizeof text, "%.*f %s", unit == 0 ? 0 : 1, bytes, units[unit]);
    return text;
}

progress::progress() : progress(::isatty(STDERR_FILENO) == 1 ? display::live : display::lines) {}

void progress::started() {
    auto const lock = std::lock_guard(mutex_);
    ++in_flight_;
    show();
}

void progress::ended() {
    auto const lock = std::lock_guard(mutex_);
    --in_flight_;
    show();
}

void progress::received(std::size_t bytes) {
    auto const lock = std::lock_guard(mutex_);
    bytes_ += static_cast<std::int64_t>(bytes);
    show();
}

void progress::tick() {
    auto const lock = std::lock_guard(mutex_);
    show();
}

void progress::fetched(url const& address, std::int64_t bytes) {
    auto const lock = std::lock_guard(mutex_);
    ++done_;
    if (display_ != display::lines) return show();
    auto const size = readable_size(static_cast<double>(bytes));
    std::fprintf(stderr, "fetched %s (%s)\n", address.text().c_str(), size.c_str());
}

void progress::failed(url const& address, std::string const& reason) {
    auto const lock = std::lock_guard(mutex_);
    ++failed_;
    if (display_ != display::lines) return show();
    auto const why = first_line(reason);
    std::fprintf(stderr, "failed  %s: %s\n", address.text().c_str(), why.c_str());
}

void progress::finish() {
    auto const lock = std::lock_guard(mutex_);
    if (display_ == display::live) std::fputs("\r\033[K", stderr);
}

void progress::show() {
    if (display_ != display::live) return;
    auto const now = clock::now();
    if (now - shown_ < between_lines) return;
    shown_ = now;
    auto const elapsed = std::chrono::duration<double>(now - start_).count();
    auto const bytes = static_cast<double>(bytes_);
    std::fprintf(stderr, "\r%d done, %d in flight, %d failed, %s, %s/s\033[K", done_, in_flight_,
        failed_, readable_size(bytes).c_str(),
        readable_size(elapsed > 0 ? bytes / elapsed : 0).c_str());
}

} // namespace mirror
