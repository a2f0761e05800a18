#include "interrupt.hpp"

#include <utility>

namespace mirror {

interrupt::interrupt() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &former_);
    watcher_ = std::thread([this] { watch(); });
}

interrupt::~interrupt() {
    {
        auto const lock = std::lock_guard(mutex_);
        closing_ = true;
    }
    // Its own signal, sent to it alone, is what ends sigwait.
    ::pthread_kill(watcher_.native_handle(), SIGTERM);
    watcher_.join();
    ::pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

void interrupt::watch() {
    for (;;) {
        int signal = 0;
        ::sigwait(&signals_, &signal);
        {
            auto const lock = std::lock_guard(mutex_);
            if (closing_) return;
        }
        request();
    }
}

void interrupt::request() {
    auto const calling = std::lock_guard(calling_);
    {
        auto const lock = std::lock_guard(mutex_);
        if (std::exchange(requested_, true)) return;
    }
    changed_.notify_all();
    for (auto const& callback : callbacks_) callback();
}

bool interrupt::requested() const {
    auto const lock = std::lock_guard(mutex_);
    return requested_;
}

interrupt_callback::interrupt_callback(interrupt& source, std::function<void()> action)
    : source_(source) {
    auto const calling = std::lock_guard(source_.calling_);
    place_ = source_.callbacks_.insert(source_.callbacks_.end(), std::move(action));
    if (source_.requested()) (*place_)();
}

interrupt_callback::~interrupt_callback() {
    auto const calling = std::lock_guard(source_.calling_);
    source_.callbacks_.erase(place_);
}

} // namespace mirror
