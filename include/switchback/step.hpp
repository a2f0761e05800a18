// What a body returns to whoever resumed it. Users write it as the return type of a body and never
// look at its values: the SB_ macros return them.
#pragma once

#include <switchback/detail/config.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

enum class step : unsigned char {
    returned,  // the body has ended, and its result is stored
    yielded,   // a generator's: a value is there
    suspended, // a task's: it waits, and will be resumed where it stopped
    called,    // a task's: it waits for a child that the scheduler is to run, the stack being deep
    failed,    // an exception leaves the body without having been thrown: its runner has it
    again,     // resume the body at once: its path leads to a handler or a finally
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
