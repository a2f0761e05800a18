#include <switchback/native_pump.hpp>

#include <switchback/errors.hpp>

#include <algorithm>

#if SB_DETAIL_PUMP_HAS_DESCRIPTORS
#    include <cerrno>
#    include <cstdint>
#    include <system_error>

#    include <poll.h>
#    include <unistd.h>
#    if defined(__linux__)
#        include <sys/eventfd.h>
#    else
#        include <fcntl.h>
#    endif
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

#if SB_DETAIL_PUMP_HAS_DESCRIPTORS

namespace {

[[noreturn]] void throw_errno(char const* what) {
#if SB_DETAIL_EXCEPTIONS
    throw std::system_error(errno, std::generic_category(), what);
#else
    detail::report_misuse(what);
#endif
}

// Waits until the descriptor can be read, for so long at the most. Never shorter, where there is
// nothing to read.
void wait_readable(int descriptor, std::chrono::nanoseconds longest) {
    pollfd waiting{descriptor, POLLIN, 0};
    if (longest != event_pump::endless) {
        longest = std::min<std::chrono::nanoseconds>(longest, std::chrono::hours(24)); // and then again
    }
#if defined(__linux__)
    timespec limit{};
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
    limit.tv_sec = static_cast<decltype(limit.tv_sec)>(seconds.count());
    limit.tv_nsec = static_cast<decltype(limit.tv_nsec)>((longest - seconds).count());
    int const outcome =
        ppoll(&waiting, 1, longest == event_pump::endless ? nullptr : &limit, nullptr);
#else
    using std::chrono::milliseconds;
    auto const rounded_up = std::chrono::duration_cast<milliseconds>(longest) + milliseconds(1);
    int const limit = longest == event_pump::endless
                          ? -1
                          : static_cast<int>(std::min<long long>(rounded_up.count(), 1'000'000'000));
    int const outcome = poll(&waiting, 1, limit);
#endif
    if (outcome < 0 && errno != EINTR) throw_errno("native_pump: poll");
}

} // namespace

native_pump::native_pump() {
#if defined(__linux__)
    read_end_ = write_end_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (read_end_ < 0) throw_errno("native_pump: eventfd");
#else
    int ends[2];
    if (pipe(ends) != 0) throw_errno("native_pump: pipe");
    for (int const end : ends) {
        fcntl(end, F_SETFL, O_NONBLOCK);
        fcntl(end, F_SETFD, FD_CLOEXEC);
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
#endif
}

native_pump::~native_pump() {
    close(read_end_);
    if (write_end_ != read_end_) close(write_end_);
}

void native_pump::sleep() {
    asleep_.store(true);
    if (!woken_.load()) wait_readable(read_end_, time_left());
    asleep_.store(false);
    std::uint64_t sink[8];
    while (read(read_end_, sink, sizeof sink) == sizeof sink) {} // an eventfd gives eight bytes, and is empty
}

void native_pump::ring() noexcept {
    int const before = errno; // this may be a signal handler
    std::uint64_t const one = 1;
    while (write(write_end_, &one, sizeof one) < 0 && errno == EINTR) {}
    errno = before;
}

#else

native_pump::native_pump() = default;
native_pump::~native_pump() = default;

void native_pump::sleep() {
    auto const woken = [this] { return woken_.load(); };
    auto const longest = time_left();
    std::unique_lock<std::mutex> lock(mutex_);
    asleep_.store(true);
    if (longest == endless) {
        rung_.wait(lock, woken);
    } else { // a day, and then again: an hour that is far away does not fit every clock
        rung_.wait_for(lock, std::min<std::chrono::nanoseconds>(longest, std::chrono::hours(24)), woken);
    }
    asleep_.store(false);
}

// The lock is taken so that this does not fall between the loop's look at the flag and its wait.
void native_pump::ring() noexcept {
    std::lock_guard<std::mutex> const lock(mutex_);
    rung_.notify_one();
}

#endif

// The two flags are written in the order opposite to that of sleep(), so that one of the two sees
// what the other has done: either the loop sees that it was woken, or this sees that it sleeps.
void native_pump::wake() noexcept {
    if (woken_.exchange(true)) return;
    if (asleep_.load()) ring();
}

void native_pump::wake_after(std::chrono::nanoseconds delay) noexcept {
    using std::chrono::steady_clock;
    auto const now = steady_clock::now();
    alarm_ = delay >= steady_clock::time_point::max() - now ? steady_clock::time_point::max()
                                                            : now + delay;
}

std::chrono::nanoseconds native_pump::time_left() const noexcept {
    using std::chrono::steady_clock;
    if (alarm_ == steady_clock::time_point::max()) return endless;
    return std::max<std::chrono::nanoseconds>(
        alarm_ - steady_clock::now(), std::chrono::nanoseconds::zero());
}

void native_pump::turn(bool may_block) {
    using std::chrono::steady_clock;
    if (may_block && !woken_.load()) sleep();
    bool const rung = alarm_ != steady_clock::time_point::max() && steady_clock::now() >= alarm_;
    if (rung) alarm_ = steady_clock::time_point::max();
    if (woken_.exchange(false) || rung) run_tasks(rung);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
