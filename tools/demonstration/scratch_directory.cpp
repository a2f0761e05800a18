#include "scratch_directory.hpp"

#include <stdlib.h> // mkdtemp

#include <cerrno>
#include <system_error>

namespace demonstration {

scratch_directory::scratch_directory() {
    auto name = (std::filesystem::temp_directory_path() / "switchback-demo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error{errno, std::generic_category(), "cannot make " + name};
    }
    path_ = name;
}

scratch_directory::~scratch_directory() {
    std::error_code ignored; // nothing sensible is left to do about it
    if (!kept_) std::filesystem::remove_all(path_, ignored);
}

} // namespace demonstration
