// Reads the command line. A wrong one, or one that asks for help, has been answered already when
// no options come back; the program then ends with `status`.
#pragma once

#include "options.hpp"

#include <optional>

namespace mirror {

std::optional<options> read_command_line(int argc, char const* const* argv, int& status);

} // namespace mirror
