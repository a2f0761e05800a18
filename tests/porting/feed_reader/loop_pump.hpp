// Hosts a scheduler in the program's own event loop.
#pragma once

#include "event_loop.hpp"

#include <switchback/clock.hpp>
#include <switchback/event_pump.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace feeds {

// quoted: loop_pump
class loop_pump final : public switchback::event_pump, public switchback::clock {
public:
    explicit loop_pump(event_loop& loop) : loop_(loop) {}
    ~loop_pump() override {
        link_->pump = nullptr;
        wake_after(endless);
        if (holds_) loop_.release();
    }

    switchback::time_point now() const noexcept override { return loop_.now(); }

    // From any thread. What is posted may arrive when this pump has gone.
    void wake() noexcept override {
        if (link_->woken.exchange(true)) return;
        loop_.post([link = link_] {
            link->woken = false;
            if (link->pump != nullptr) link->pump->run(false);
        });
    }

    void wake_after(std::chrono::nanoseconds delay) noexcept override {
        if (alarm_is_set_) loop_.cancel(alarm_);
        alarm_is_set_ = delay != endless;
        if (!alarm_is_set_) return;
        alarm_ = loop_.call_after(delay, [this] {
            alarm_is_set_ = false;
            run(true);
        });
    }

    void turn(bool may_block) override {
        if (!loop_.turn(may_block)) throw std::logic_error("nothing will ever happen in this loop");
    }

private:
    struct link {
        explicit link(loop_pump* of) : pump(of) {}
        loop_pump* pump; // the loop's thread reads and writes it
        std::atomic<bool> woken{false};
    };

    // While a job is under way, the loop is held, as it is for anything else that will be posted.
    void run(bool alarm_rang) noexcept {
        run_tasks(alarm_rang);
        if (holds_ == awaits_other_threads()) return;
        holds_ = !holds_;
        if (holds_) {
            loop_.hold();
        } else {
            loop_.release();
        }
    }

    event_loop& loop_;
    std::shared_ptr<link> link_ = std::make_shared<link>(this);
    bool alarm_is_set_ = false;
    event_loop::timer alarm_{};
    bool holds_ = false;
};
// end of quote

} // namespace feeds
