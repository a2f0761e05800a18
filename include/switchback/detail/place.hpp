// Where a body stands in its source. SB_BEGIN makes one for each body.
#pragma once

#include <switchback/detail/config.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct place {
    char const* file;
    int line; // SB_BEGIN's: the lines in a resume path are counted from it
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
