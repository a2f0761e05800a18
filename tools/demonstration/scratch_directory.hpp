// A directory that is gone when its owner is.
#pragma once

#include <filesystem>
#include <string>

namespace demonstration {

class scratch_directory {
public:
    scratch_directory();
    ~scratch_directory();

    scratch_directory(scratch_directory const&) = delete;
    scratch_directory& operator=(scratch_directory const&) = delete;

    std::filesystem::path const& path() const { return path_; }

    // Leaves it in place after all.
    void keep() { kept_ = true; }

private:
    std::filesystem::path path_;
    bool kept_ = false;
};

} // namespace demonstration
