// The context that an async generator's body is called with: it yields values, and waits for some.
//
//     struct lines_of {
//         connection* from;
//         buffer got{};
//         sb::step operator()(sb::async_yields<std::string>& co) {
//             SB_BEGIN(co);
//             for (;;) {
//                 SB_AWAIT_INTO(got, from->receive());
//                 if (got.empty()) SB_RETURN();
//                 while (got.has_line()) SB_YIELD(got.take_line());
//             }
//             SB_END();
//         }
//     };
//
// `async_yields<Y>` yields values of type Y, `async_yields<Y, Sent>` takes what send() passes in, by
// SB_YIELD_INTO. Y may be a reference. Such a body returns no value, and in place of a SB_YIELD_FROM it has a
// loop, with the yield on a line of its own: SB_FOR_AWAIT (each, other) { SB_YIELD(*each); }. No SB_YIELD may
// stand within a time limit or task group (PEP 789). Python: async def with yield (PEP 525).
#pragma once

#include <switchback/detail/async_state.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

template <class Y, class Sent = void>
class async_yields : private detail::async_state<Y, Sent> {
public:
    using yield_type = Y;
    using sent_type = Sent;

    async_yields(async_yields const&) = delete;
    async_yields& operator=(async_yields const&) = delete;

    // What a task's context has: see sb::returns.
    template <class A>
    [[nodiscard]] auto start(A&& awaitable);
    template <class A>
    void start_detached(A&& awaitable);
    time_point now() const noexcept { return this->home->time().now(); }

private:
    using state = detail::async_state<Y, Sent>;
    friend struct detail::access;
    template <class F>
    friend struct detail::async_node_of;
    using state::state;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
