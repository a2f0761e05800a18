// How far a job has come, told on the scheduler's thread.
//
//     struct import_photos {
//         std::vector<path> files;
//         progress_bar* bar;
//         sb::progress<int> percent{};
//         int imported = 0;
//
//         sb::step operator()(sb::returns<int>& co) {
//             SB_BEGIN(co);
//             percent = {co, [bar = bar](int value) { bar->show(value); }};
//             SB_AWAIT_INTO(imported, sb::offload([](sb::progress_sink<int> out, std::vector<path> files) {
//                 …
//                 out(50);
//             }, percent.sink(), std::move(files)));
//             SB_RETURN(imported);
//             SB_END();
//         }
//     };
//
// The function is called from the scheduler's loop, with the newest value: where several have come since,
// the earlier ones are left out. What a job reports is told before the task that waits for it goes on.
// Once the sb::progress has gone, with the frame that it stands in, nothing is told any more.
//
// The reporting side is a handle to copy and to keep, for whichever threads; it may outlive all of this.
#pragma once

#include <switchback/detail/queued_call.hpp>
#include <switchback/task_scheduler.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class T>
class progress;

namespace detail {

// What both sides share: a value on its way, in a message that is sent anew each time.
template <class T>
class progress_state : public message {
public:
    // On any thread. The value is taken, or dies here.
    static bool report(std::shared_ptr<progress_state> const& self, T&& value) {
        std::optional<T> earlier;
        {
            std::lock_guard<std::mutex> const lock(self->mutex_);
            if (!self->open_) return false;
            std::swap(earlier, self->newest_); // which dies without the lock
            self->newest_.emplace(std::move(value));
            if (self->on_its_way_ != nullptr) return true;
            self->on_its_way_ = self;
        }
        if (self->inbox_->try_put(*self)) return true;
        self->close();
        self->take_self();
        return false;
    }

    bool is_open() const noexcept {
        std::lock_guard<std::mutex> const lock(mutex_);
        return open_;
    }

    // Nobody listens any more: on any thread.
    void close() noexcept {
        std::optional<T> left;
        std::lock_guard<std::mutex> const lock(mutex_);
        open_ = false;
        std::swap(left, newest_);
    }

    // On the scheduler's thread: nothing is told any more, and the function dies; at the end of its call,
    // where that is under way.
    virtual void stop_telling() noexcept = 0;

    void deliver() noexcept override {
        auto const self = take_self();
        SB_DETAIL_TRY {
            if (auto value = take_newest()) tell(std::move(*value));
        }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            report_from_call("a function that is told a job's progress");
#endif
        }
    }
    void discard() noexcept override {
        auto const self = take_self();
        close();
    }

protected:
    explicit progress_state(std::shared_ptr<inbox> to) noexcept : inbox_(std::move(to)) {}
    ~progress_state() = default;

    virtual void tell(T&& value) = 0;

private:
    std::optional<T> take_newest() {
        std::optional<T> value;
        std::lock_guard<std::mutex> const lock(mutex_);
        std::swap(value, newest_);
        return value;
    }
    std::shared_ptr<progress_state> take_self() noexcept {
        std::lock_guard<std::mutex> const lock(mutex_);
        return std::move(on_its_way_);
    }

    std::shared_ptr<inbox> const inbox_;
    mutable std::mutex mutex_;
    bool open_ = true;
    std::optional<T> newest_;
    std::shared_ptr<progress_state> on_its_way_; // itself
};

template <class T, class Function>
class progress_told final : public progress_state<T> {
public:
    template <class F>
    progress_told(std::shared_ptr<inbox> to, F&& function)
        : progress_state<T>(std::move(to)),
          function_(std::make_shared<Function>(static_cast<F&&>(function))) {}

    void stop_telling() noexcept override {
        this->close();
        auto const gone = std::move(function_);
    }

private:
    void tell(T&& value) override {
        if (auto const held = function_) (*held)(std::move(value));
    }

    std::shared_ptr<Function> function_; // shared with its call
};

} // namespace detail

// What a job reports by: a copy goes into it.
template <class T>
class progress_sink {
public:
    // Of nobody: what is reported is thrown away.
    progress_sink() noexcept = default;

    // Reports a value: from any thread, at once. The one before, if it was not told yet, is destroyed here.
    // False: nobody listens any more, or the scheduler has closed; a hint to leave off. Does not allocate,
    // unless moving the value does.
    bool operator()(T value) const {
        return state_ != nullptr && detail::progress_state<T>::report(state_, std::move(value));
    }

    // Whether somebody listens.
    explicit operator bool() const noexcept { return state_ != nullptr && state_->is_open(); }

private:
    friend class progress<T>;
    explicit progress_sink(std::shared_ptr<detail::progress_state<T>> state) noexcept
        : state_(std::move(state)) {}

    std::shared_ptr<detail::progress_state<T>> state_;
};

// T is an object that can be moved.
template <class T>
class progress {
    static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
        "sb::progress<T>: the value is carried to the scheduler's thread, so T must be movable");

public:
    // Nobody listens.
    progress() noexcept = default;

    // The function takes a T, is called on the scheduler's thread, and dies there, at the latest with this.
    // It may start tasks, turn the loop, and destroy this. What it throws goes to the handler of unhandled
    // errors. Takes a body's context, or a scheduler. Two allocations. Throws wrong_thread.
    template <class Home, class Function>
    progress(Home& home, Function&& function) {
        static_assert(std::is_invocable_v<std::decay_t<Function>&, T>,
            "sb::progress<T>(co, function): the function is called with a T");
        auto& core = detail::home_access::of(home);
        core.check_thread();
        state_ = std::make_shared<detail::progress_told<T, std::decay_t<Function>>>(
            core.mail(), static_cast<Function&&>(function));
    }

    progress(progress&& other) noexcept = default;
    progress& operator=(progress other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~progress() { reset(); }

    // Stops listening, as the destructor does: on the scheduler's thread.
    void reset() noexcept {
        if (auto const gone = std::move(state_)) gone->stop_telling();
    }

    // To report by; of an empty one, a sink for nobody.
    progress_sink<T> sink() const noexcept { return progress_sink<T>(state_); }

private:
    std::shared_ptr<detail::progress_state<T>> state_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
