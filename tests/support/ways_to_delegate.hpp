// The ways in which a body can delegate to another, for tests that hold of all of them. A frame of such
// a test is a template: its context is `Way::context<Y, Sent, Returned>`, it holds what it delegates to
// as a `Way::held<frame>`, which is built from a frame, and delegates by SB_YIELD_FROM(Way::give(it)).
#pragma once

#include <switchback/delegates.hpp>

#include <utility>

namespace test {

// To a generator that is a member of the frame.
struct to_member {
    template <class Y, class Sent, class Returned>
    using context = switchback::yields<Y, Sent, Returned>;
    template <class F>
    using held = switchback::generator<F>;
    template <class F>
    static switchback::generator<F>& give(switchback::generator<F>& to) noexcept {
        return to;
    }
};

// The same from a body that could make frames.
struct to_member_of_delegating : to_member {
    template <class Y, class Sent, class Returned>
    using context = switchback::delegates<Y, Sent, Returned>;
};

// To a frame that is made on the spot.
struct on_the_spot {
    template <class Y, class Sent, class Returned>
    using context = switchback::delegates<Y, Sent, Returned>;
    template <class F>
    using held = F;
    template <class F>
    static F give(F& frame) {
        return std::move(frame);
    }
};

// To a generator that is handed over.
struct handed_over {
    template <class Y, class Sent, class Returned>
    using context = switchback::delegates<Y, Sent, Returned>;
    template <class F>
    using held = switchback::generator<F>;
    template <class F>
    static switchback::generator<F> give(switchback::generator<F>& to) {
        return std::move(to);
    }
};

} // namespace test

// For TEST_CASE_TEMPLATE. (Who is handed over lies in a frame that delegates to its member, so that the
// first two stand for the member of a delegating body as well.)
#define EVERY_WAY test::to_member, test::handed_over, test::on_the_spot
#define EVERY_WAY_TO_A_GENERATOR test::to_member, test::handed_over
#define EVERY_WAY_TO_A_MEMBER test::to_member, test::to_member_of_delegating
