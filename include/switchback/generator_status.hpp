// Where a generator stands. Python: inspect.getgeneratorstate.
#pragma once

#include <switchback/detail/config.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

enum class generator_status : unsigned char {
    created,   // no code of its body has run
    running,   // its body is on the call stack; an async generator's: or waits for something
    suspended, // at a yield
    closed,    // for ever: its frame is gone
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
