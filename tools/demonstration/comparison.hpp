// Is the copy on disk the site, byte for byte?
#pragma once

#include "site.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace demonstration {

// The file, relative to the copy's directory, that a mirror keeps the resource of a target in.
using file_of_target = std::function<std::filesystem::path(std::string const& target)>;

// A sentence for each resource that is missing or differs, and for each file that is none: no
// sentence, no difference.
std::vector<std::string> differences(
    site const& site, std::filesystem::path const& copy, file_of_target const& file_of);

} // namespace demonstration
