// A loop over an async generator, in a task or in another one.
//
//     sb::async_cursor<std::string> each{};            // a member of the frame
//     …
//     SB_FOR_AWAIT (each, lines_of{&from}) {           // takes in a frame or a generator
//         SB_AWAIT(handle{*each});
//     }
//
// Each turn waits for the next value; `*each` is valid until then. The generator is evaluated once; one that
// is an lvalue is borrowed, and must live as long as the loop. `break` and `continue` are the loop's own.
//
// When the loop has come to its end, a generator that was taken in is let go of. Left early, it stands at its
// yield until the cursor dies, or is used again, and is closed then, as the destructor of sb::async_generator
// closes it; `SB_AWAIT(each.close())` waits for its clean-up. Python: async for, whose generators are not
// closed early either.
#pragma once

#include <switchback/async_generator.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Y, class Sent = void>
class async_cursor {
public:
    using generator = async_generator<Y, Sent>;
    using pointer = typename generator::pointer;

    async_cursor() noexcept = default;
    // What was moved from walks nothing of its own any more.
    async_cursor(async_cursor&& other) noexcept = default;
    async_cursor& operator=(async_cursor&& other) noexcept = default;

    void start(generator& of) noexcept {
        own_.reset();
        of_ = &of;
    }
    void start(generator&& of) noexcept {
        own_ = std::move(of);
        of_ = nullptr;
    }

    // What SB_FOR_AWAIT awaits at the beginning of each turn; whether the body is to be left for that, and how;
    // and whether it has found a value.
    auto next() { return walked().next(); }
    void set(pointer value) noexcept { value_ = value; }
    bool leaves_body(step how) noexcept {
        how_ = how;
        return how != step::returned;
    }
    step how() const noexcept { return how_; }
    bool more() noexcept {
        if (value_ != nullptr) return true;
        own_.reset();
        of_ = nullptr;
        return false;
    }

    auto close() { return walked().close(); }

    auto& operator*() const noexcept { return *value_; }
    pointer operator->() const noexcept { return value_; }

private:
    generator& walked() noexcept { return of_ != nullptr ? *of_ : own_; }

    generator own_{};
    generator* of_ = nullptr; // another's
    pointer value_ = nullptr;
    step how_ = step::returned; // kept here: a local of the macro's would be in the way of its resumptions
};

} // namespace SB_DETAIL_ABI
} // namespace switchback

// The await stands between the loop's head and the user's statement: a resumption jumps to its label, and
// from there to the await itself, past nothing that would have to be initialised.
#define SB_FOR_AWAIT(cursor, ...) \
    for ((cursor).start(__VA_ARGS__);;) \
        if (false) { \
            SB_DETAIL_CHECK("SB_FOR_AWAIT"); \
            SB_DETAIL_CHECK_TASK("SB_FOR_AWAIT"); \
        case SB_DETAIL_LABEL: /* what lives across a yield or await is a member of the frame */ \
            goto SB_DETAIL_CAT(sb_one_resume_point_a_line_, __LINE__); \
        } else \
            SB_DETAIL_CAT(sb_one_resume_point_a_line_, __LINE__) : \
            if ((cursor).leaves_body(::switchback::detail::await_at<SB_DETAIL_HERE>( \
                    sb_now, sb_body, __LINE__, [&] { return (cursor).next(); }, \
                    [&](auto sb_value) { (cursor).set(sb_value); }))) \
                return (cursor).how(); \
            else if (!(cursor).more()) \
                break; \
            else
