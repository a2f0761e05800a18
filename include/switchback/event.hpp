// Something that happens, and that tasks wait for.
//
//     sb::event loaded;                       // shared by those who wait and those who set it
//     …
//     SB_AWAIT(loaded.wait());                // in any number of tasks
//     …
//     loaded.set();                           // from any code on that thread
//
// Once set it stays so, and who waits for it then goes on at once, until it is cleared. (Python: asyncio.Event.)
// What happens again and again, each time with something to tell, is a sb::signal.
#pragma once

#include <switchback/detail/wait_list.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Neither copied nor moved. Belongs to the thread that uses it first: on others its members throw wrong_thread.
// Tasks of all schedulers of that thread may wait in it. No operation allocates, and each takes constant time for
// each task that it wakes.
class event {
public:
    event() noexcept = default;
    explicit event(bool is_set) noexcept : gate_(is_set) {}
    // Those who wait in it fail with sb::destroyed.
    ~event() = default;

    // Wakes all who wait, in the order in which they came: they go on even if it is cleared at once.
    void set() {
        gate_.check_thread();
        gate_.open();
    }
    // Who comes now waits for the next set().
    void clear() {
        gate_.check_thread();
        gate_.shut();
    }
    bool is_set() const noexcept { return gate_.is_open(); }

    // Awaits that it is set.
    auto wait() noexcept { return detail::passing{&gate_}; }

private:
    detail::gate gate_{false};
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
