// How other threads speak to a scheduler.
//
//     auto remote = scheduler.remote();
//     std::thread([remote] { remote.post([] { show_progress(50); }); });
//
// A handle to copy and to keep: it may outlive the scheduler.
#pragma once

#include <switchback/detail/inbox.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

template <class Function>
class posted_call final : public message {
public:
    template <class F>
    explicit posted_call(F&& function) : function_(static_cast<F&&>(function)) {}
    void deliver() noexcept override {
        std::unique_ptr<posted_call> const self(this);
        function_();
    }
    void discard() noexcept override { delete this; }

private:
    Function function_;
};

} // namespace detail

class remote {
public:
    // Calls the function on the scheduler's thread, from its loop, and returns at once. Calls posted
    // by one thread are made in their order. False: the scheduler has closed, and nothing is called.
    // The function must not throw: std::terminate. From any thread; one allocation.
    template <class Function>
    bool post(Function&& function) const {
        using call = detail::posted_call<std::decay_t<Function>>;
        auto posted = std::make_unique<call>(static_cast<Function&&>(function));
        if (!inbox_->try_put(*posted)) return false;
        posted.release();
        return true;
    }

private:
    friend class task_scheduler;
    explicit remote(std::shared_ptr<detail::inbox> to) noexcept : inbox_(std::move(to)) {}

    std::shared_ptr<detail::inbox> inbox_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
