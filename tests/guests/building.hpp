// Builds small programs as a user of the library would, in a directory that goes with the test.
#pragma once

#include "../support/compilers.hpp"
#include "../support/scratch_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace guests {

namespace fs = std::filesystem;

inline fs::path const source_root = SB_SOURCE_DIR;
inline fs::path const samples = source_root / "tests" / "guests";

inline std::string text_of(fs::path const& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write(fs::path const& file, std::string const& text) {
    std::ofstream out(file);
    out << text;
}

inline std::vector<fs::path> files_below(fs::path const& directory, std::string const& extension) {
    std::vector<fs::path> found;
    for (auto const& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.path().extension() == extension) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

// One compiler, with the options that all of a test's files have.
class workshop {
public:
    explicit workshop(std::string compiler, std::string options = {})
        : compiler_(std::move(compiler)), options_(std::move(options)) {}

    fs::path file(std::string const& name) const { return scratch_ / name; }
    std::string const& compiler() const { return compiler_; }

    // Runs the compiler; what it writes is the file of that name.
    void make(std::string const& name, std::string const& arguments) const {
        auto const made = run_command("cd '" + file(".").string() + "' && LC_ALL=C " + compiler_ +
                                      " -std=c++17 -pthread " + options_ + " " + arguments + " -o " + name);
        CAPTURE(compiler_);
        CAPTURE(arguments);
        CAPTURE(made.output);
        REQUIRE(made.status == 0);
    }

    // The part of Switchback that is no header, from the sources below `root`, as the archive
    // NAME.a of position independent code. In one translation unit: it takes a third of the time.
    void make_library(std::string const& name, fs::path const& root) const {
        std::string all;
        for (auto const& source : files_below(root / "src", ".cpp")) {
            all += "#include \"" + source.string() + "\"\n";
        }
        write(file(name + ".cpp"), all);
        make(name + ".o", "-fPIC -c " + name + ".cpp -I'" + (root / "include").string() + "'");
        auto const archive = file(name + ".a").string();
        REQUIRE(run_command("ar rcs " + archive + " " + file(name + ".o").string()).status == 0);
    }

    command_outcome run(std::string const& command) const {
        return run_command("cd '" + file(".").string() + "' && " + command);
    }

private:
    std::string compiler_;
    std::string options_;
    scratch_directory scratch_;
};

} // namespace guests
