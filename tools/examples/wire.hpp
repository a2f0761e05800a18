// One connection to the site, as seen from this end: requests are written and do not wait; the answers
// come in the order of the requests, and no other.
//
// The site begins to work on a request when it is written, and sends its answer after the page's delay,
// but never before that to an earlier request.
#pragma once

#include "site.hpp"

#include <switchback/switchback.hpp>

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>

namespace examples {

namespace sb = switchback;

struct answer {
    int status;
    std::string content;
};

class wire {
public:
    explicit wire(sb::clock const& time, site const& far_end) : time_(time), far_end_(far_end) {}

    void write(std::string const& url) {
        auto const* const found = far_end_.find(url);
        auto const ready = time_.now() + (found == nullptr ? std::chrono::milliseconds(20) : found->delay);
        last_ = std::max(last_, ready);
        on_the_way_.push_back({last_, found == nullptr ? answer{404, url} : answer{200, found->content}});
        most_ = std::max(most_, on_the_way_.size());
    }

    // For tests: the other end hangs up; the next answer does not come.
    void cut() { is_cut_ = true; }
    // How many requests were unanswered at a time.
    std::size_t most_on_the_way() const { return most_; }

private:
    struct arriving {
        sb::time_point when;
        answer what;
    };
    friend struct next_answer;

    sb::clock const& time_;
    site const& far_end_;
    std::deque<arriving> on_the_way_;
    sb::time_point last_{};
    std::size_t most_ = 0;
    bool is_cut_ = false;
};

// Awaited, it gives the next answer. There must be one on the way.
struct next_answer {
    wire& from;

    sb::step operator()(sb::returns<answer>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep_until(from.on_the_way_.front().when));
        if (from.is_cut_) throw std::runtime_error("the connection was lost");
        auto got = std::move(from.on_the_way_.front().what);
        from.on_the_way_.pop_front();
        SB_RETURN(std::move(got));
        SB_END();
    }
};

} // namespace examples
