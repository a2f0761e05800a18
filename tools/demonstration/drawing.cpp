#include "drawing.hpp"

#include "kind.hpp"
#include "markup.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace demonstration {
namespace {

// All measures in the drawing's own units; it is scaled to the window as a whole.
constexpr double drawing_width = 1120;
constexpr double plot_left = 92;
constexpr double plot_right = drawing_width - 44;
constexpr double plot_width = plot_right - plot_left;
constexpr double lane_height = 12;
constexpr double lone_lane_height = 30;
constexpr double bar_gap = 1.5;
constexpr double chart_gap = 26;
constexpr double axis_height = 24;
constexpr double lens_height = 64;

std::string unit(double value) {
    return fixed(value, 1);
}

// Seconds to places, and the marks between.
struct axis {
    double end;

    double at(double seconds) const { return plot_left + plot_width * seconds / end; }

    // The one of 1, 2, 5, 10 … that divides the axis into some ten parts.
    double step() const {
        auto magnitude = std::pow(10.0, std::floor(std::log10(end / 10)));
        for (auto factor : {1.0, 2.0, 5.0}) {
            if (end / (factor * magnitude) <= 12) return factor * magnitude;
        }
        return 10 * magnitude;
    }

    std::string label(double seconds) const {
        auto decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step()) + 1e-9)));
        return fixed(seconds, decimals) + " s";
    }
};

struct chart {
    measured_mode const* mode;
    std::vector<std::size_t> lane_of;
    std::size_t lanes;
    double top;

    double height() const {
        return lanes == 1 ? lone_lane_height : static_cast<double>(lanes) * lane_height;
    }
    double bottom() const { return top + height(); }
};

chart make_chart(measured_mode const& mode, double top) {
    auto lane_of = pack_into_lanes(mode.typical().requests.requests);
    auto most = std::max_element(lane_of.begin(), lane_of.end());
    auto lanes = most == lane_of.end() ? 1 : *most + 1;
    return {&mode, std::move(lane_of), lanes, top};
}

class drawing {
public:
    explicit drawing(report const& report) : report_{report} {}

    std::string draw() {
        std::vector<measured_mode const*> slow;
        std::vector<measured_mode const*> fast;
        for (auto const& mode : report_.modes) {
            (report_.is_out_of_scale(mode) ? slow : fast).push_back(&mode);
        }

        auto fast_axis = make_axis(fast, true);
        if (!slow.empty()) {
            auto slow_axis = make_axis(slow, false);
            draw_charts(slow, slow_axis, false);
            draw_lens(slow_axis, fast_axis);
        } else if (report_.limits) {
            top_ += axis_height; // where the bounds' names go
        }
        draw_charts(fast, fast_axis, true);

        return "<svg viewBox=\"0 0 " + unit(drawing_width) + " " + unit(top_) +
               "\" role=\"img\" aria-label=\"Timeline of all requests in every mode\">\n" + svg_ +
               "</svg>\n";
    }

private:
    axis make_axis(std::vector<measured_mode const*> const& modes, bool with_limits) const {
        double end = 1e-3;
        for (auto const* mode : modes) end = std::max(end, mode->typical().seconds);
        if (with_limits && report_.limits) {
            end = std::max({end, report_.limits->shared_work, report_.limits->longest_chain});
        }
        return {end};
    }

    void draw_charts(
        std::vector<measured_mode const*> const& modes, axis const& time, bool with_limits) {
        auto top = top_;
        std::vector<chart> charts;
        for (auto const* mode : modes) {
            charts.push_back(make_chart(*mode, top_));
            top_ = charts.back().bottom() + (mode == modes.back() ? 0 : chart_gap);
        }
        for (auto const& each : charts) draw_lanes(each);
        draw_grid(time, top, top_);
        for (auto const& each : charts) draw_bars(each, time);
        if (with_limits && report_.limits) draw_limits(time, top, top_);
        for (auto const& each : charts) draw_names(each, time);
        top_ += axis_height;
    }

    void draw_lanes(chart const& chart) {
        rectangle("lane", plot_left, chart.top, plot_width, chart.height());
    }

    void draw_grid(axis const& time, double top, double bottom) {
        auto count = static_cast<int>(time.end / time.step() + 1e-9);
        for (int i = 0; i <= count; ++i) {
            auto seconds = i * time.step();
            line("grid", time.at(seconds), top, bottom + 4);
            text("", time.at(seconds), bottom + 18, "middle", time.label(seconds));
        }
    }

    void draw_bars(chart const& chart, axis const& time) {
        auto const& requests = chart.mode->typical().requests.requests;
        auto lane_size = chart.height() / static_cast<double>(chart.lanes);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            auto const& each = requests[i];
            auto left = time.at(each.start);
            auto width = std::max(1.0, time.at(each.end) - left - 0.7);
            auto top = chart.top + lane_size * static_cast<double>(chart.lane_of[i]);
            auto colour = each.failed() ? "failure" : name_of(kind_of_url(each.url));
            svg_ += "<rect class=\"bar " + std::string{colour} + "\" x=\"" + fixed(left, 2) +
                    "\" y=\"" + unit(top + bar_gap / 2) + "\" width=\"" + fixed(width, 2) +
                    "\" height=\"" + unit(lane_size - bar_gap) + "\" rx=\"1.5\"><title>" +
                    describe(each) + "</title></rect>\n";
        }
    }

    static std::string describe(traced_request const& each) {
        auto description = escape(each.url) + "\n" + fixed(each.start, 3) + " – " +
                           fixed(each.end, 3) + " s (" + fixed((each.end - each.start) * 1000, 0) +
                           " ms)";
        if (each.attempt > 1) description += ", attempt " + std::to_string(each.attempt);
        if (each.status == 0) return description + ", no answer";
        if (each.failed()) return description + ", status " + std::to_string(each.status);
        return description;
    }

    void draw_names(chart const& chart, axis const& time) {
        auto middle = chart.top + chart.height() / 2;
        auto end = time.at(chart.mode->typical().seconds);
        text("name", 0, middle - 1, "start", chart.mode->name);
        text("strong", 0, middle + 15, "start", fixed(chart.mode->typical().seconds, 2) + " s");
        if (end > plot_left + plot_width / 2 && chart.lanes > 1) {
            line("grid", end, chart.top, chart.bottom());
        }
    }

    void draw_limits(axis const& time, double top, double bottom) {
        auto work = time.at(report_.limits->shared_work);
        auto chain = time.at(report_.limits->longest_chain);
        line("limit", work, top - 4, bottom);
        line("limit", chain, top - 4, bottom);

        // Away from each other, as the two are often close.
        auto work_is_left = work <= chain;
        auto label = [&](double x, bool to_the_left, std::string const& words) {
            text("strong", x, top - 10, to_the_left ? "end" : "start", words);
        };
        label(work, work_is_left,
            "all delays / " + std::to_string(report_.jobs) + ": " +
                fixed(report_.limits->shared_work, 2) + " s");
        label(chain, !work_is_left,
            "longest chain: " + fixed(report_.limits->longest_chain, 2) + " s");
    }

    // From the slow modes' axis down to the fast ones': how much the latter is stretched.
    void draw_lens(axis const& slow, axis const& fast) {
        auto top = top_ - axis_height;
        auto bottom = top + axis_height + lens_height;
        auto end = slow.at(fast.end);
        svg_.insert(0, "<polygon class=\"lens\" points=\"" + unit(plot_left) + "," + unit(top) +
                           " " + unit(end) + "," + unit(top) + " " + unit(plot_right) + "," +
                           unit(bottom) + " " + unit(plot_left) + "," + unit(bottom) + "\"/>\n");
        text("", plot_left + 10, bottom - 10, "start",
            "the first " + brief_seconds(fast.end) + ", stretched " +
                fixed(slow.end / fast.end, 0) + " times");
        top_ = bottom;
    }

    void rectangle(std::string_view style, double x, double y, double width, double height) {
        svg_ += "<rect class=\"" + std::string{style} + "\" x=\"" + unit(x) + "\" y=\"" + unit(y) +
                "\" width=\"" + unit(width) + "\" height=\"" + unit(height) + "\"/>\n";
    }

    void line(std::string_view style, double x, double from, double to) {
        svg_ += "<line class=\"" + std::string{style} + "\" x1=\"" + unit(x) + "\" x2=\"" +
                unit(x) + "\" y1=\"" + unit(from) + "\" y2=\"" + unit(to) + "\"/>\n";
    }

    void text(std::string_view style, double x, double y, std::string_view anchor,
        std::string const& words) {
        svg_ += "<text class=\"" + std::string{style} + "\" x=\"" + unit(x) + "\" y=\"" + unit(y) +
                "\" text-anchor=\"" + std::string{anchor} + "\">" + escape(words) + "</text>\n";
    }

    report const& report_;
    std::string svg_;
    double top_ = 4;
};

} // namespace

std::vector<std::size_t> pack_into_lanes(std::vector<traced_request> const& requests) {
    std::vector<std::size_t> by_start(requests.size());
    for (std::size_t i = 0; i < by_start.size(); ++i) by_start[i] = i;
    std::stable_sort(by_start.begin(), by_start.end(),
        [&](auto a, auto b) { return requests[a].start < requests[b].start; });

    std::vector<std::size_t> lane_of(requests.size());
    std::vector<double> free_from;
    for (auto i : by_start) {
        auto lane = std::find_if(free_from.begin(), free_from.end(),
            [&](double time) { return time <= requests[i].start; });
        if (lane == free_from.end()) lane = free_from.insert(lane, 0);
        *lane = requests[i].end;
        lane_of[i] = static_cast<std::size_t>(lane - free_from.begin());
    }
    return lane_of;
}

std::string draw_timeline(report const& report) {
    return drawing{report}.draw();
}

} // namespace demonstration
