// The compilers whose words the tests check, where this machine has them.
#pragma once

#include "shell.hpp"

#include <string>
#include <utility>

namespace test {

inline constexpr char const* compilers[] = {"g++", "clang++"};

// What the strictest of our users may have switched on.
inline std::string const strict_warnings =
    " -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wimplicit-fallthrough -Werror";

// Compiles one file of SB_SAMPLES_DIR. LC_ALL, so that messages come in plain English and ASCII.
inline command_outcome compile(
    std::string const& compiler, std::string const& sample, std::string const& options) {
    return run_command("LC_ALL=C " + compiler + " -I'" SB_INCLUDE_DIR "' " + options +
                       " '" SB_SAMPLES_DIR "/" + sample + "'");
}

inline bool is_installed(std::string const& compiler) {
    return run_command(compiler + " --version").status == 0;
}

} // namespace test
