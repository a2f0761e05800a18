// A directory that is gone, with all that is in it, at the end of its test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

class temporary_directory {
public:
    temporary_directory() : path_((std::filesystem::temp_directory_path() / "mirror-XXXXXX")) {
        if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot create " + path_);
    }
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string const& path() const noexcept { return path_; }
    std::string operator/(std::string const& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline std::string contents(std::filesystem::path const& name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// All files below a directory, hidden ones too, with what is in them.
inline std::map<std::string, std::string> tree(std::string const& directory) {
    std::map<std::string, std::string> files;
    if (!std::filesystem::exists(directory)) return files;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.is_directory()) continue;
        files[entry.path().lexically_relative(directory).string()] = contents(entry.path());
    }
    return files;
}
