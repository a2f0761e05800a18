// How a job on a worker thread learns that nobody waits for it any more.
//
//     SB_AWAIT(sb::offload([](sb::stop_token stop, matrix m) {
//         for (auto& row : m) {
//             if (stop.stop_requested()) return;
//             work_on(row);
//         }
//     }, std::move(m)));
//
// A thread cannot be killed: a running job is asked to end, and is abandoned by its waiter at once,
// whether it heeds that or not. Named after std::stop_token, which is C++20's.
#pragma once

#include <switchback/detail/config.hpp>

#include <atomic>
#include <memory>

namespace switchback {
inline namespace SB_DETAIL_ABI {

class stop_token {
public:
    // One that is never told to stop.
    stop_token() noexcept = default;
    explicit stop_token(std::shared_ptr<std::atomic<bool> const> flag) noexcept
        : flag_(std::move(flag)) {}

    // From any thread.
    bool stop_requested() const noexcept {
        return flag_ != nullptr && flag_->load(std::memory_order_relaxed);
    }

private:
    std::shared_ptr<std::atomic<bool> const> flag_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
