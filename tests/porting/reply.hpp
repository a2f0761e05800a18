// Where a callback and a task meet: the callback gives a reply, the task waits for it. An aid for
// porting (docs/porting/callbacks.md), made of nothing but what the library has: a task that sleeps
// as long as anybody will wait, and is cancelled by the callback.
//
//     auto const got = std::make_shared<reply<std::string>>();
//     web.fetch(url, [got](std::string const& page) { got->give(page); }, …);
//     SB_AWAIT_INTO(page, wait_for<std::string>{got});
//
// give() and fail() are called on the scheduler's thread; from another one through its sb::remote.
#pragma once

#include <switchback/future.hpp>
#include <switchback/sleep.hpp>
#include <switchback/start.hpp>
#include <switchback/try.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

// quoted: reply
struct no_reply : std::runtime_error {
    no_reply() : std::runtime_error("nobody has called back") {}
};

template <class T>
class reply {
public:
    // The first one counts.
    void give(T value) {
        if (has_come()) return;
        value_ = std::move(value);
        wake();
    }
    void fail(std::exception_ptr error) {
        if (has_come()) return;
        error_ = std::move(error);
        wake();
    }

    bool has_come() const { return value_.has_value() || error_ != nullptr; }
    T take() {
        if (error_ != nullptr) std::rethrow_exception(error_);
        return std::move(*value_);
    }

private:
    template <class>
    friend struct wait_for;

    // Ends when the reply has come. Nobody else cancels it, so it cannot take another's request for
    // this signal.
    struct sleep_until_woken {
        std::shared_ptr<reply> of;
        std::chrono::nanoseconds limit;

        switchback::step operator()(switchback::returns<void>& co) {
            SB_BEGIN(co);
            if (of->has_come()) SB_RETURN();
            of->sleeps_ = true;
            SB_TRY {
                SB_AWAIT(switchback::sleep(limit));
            } SB_CATCH(switchback::cancelled const& request) {
                if (!of->has_come()) SB_RAISE(); // the waiting task was dropped
            } SB_FINALLY {
                of->sleeps_ = false;
            } SB_END_TRY
            SB_END();
        }
    };

    void wake() {
        if (sleeps_) sleeper_->cancel();
    }

    std::optional<T> value_;
    std::exception_ptr error_;
    bool sleeps_ = false;
    switchback::future<void> const* sleeper_ = nullptr; // while it sleeps
};

template <class T>
struct wait_for {
    std::shared_ptr<reply<T>> from;
    std::chrono::nanoseconds limit = std::chrono::hours(24 * 365);
    switchback::future<void> sleeper{};

    switchback::step operator()(switchback::returns<T>& co) {
        SB_BEGIN(co);
        if (!from->has_come()) {
            sleeper = co.start(typename reply<T>::sleep_until_woken{from, limit});
            from->sleeper_ = &sleeper;
            SB_AWAIT(sleeper);
        }
        if (!from->has_come()) throw no_reply{};
        SB_RETURN(from->take());
        SB_END();
    }
};
// end of quote
