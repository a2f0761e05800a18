// Where a body stands in its source. SB_BEGIN makes one for each body.
#pragma once

namespace switchback {
inline namespace v0 {
namespace detail {

struct place {
    char const* file;
    int line; // SB_BEGIN's: the lines in a resume path are counted from it
};

} // namespace detail
} // namespace v0
} // namespace switchback
