// What the tests of consumers share: what the README says of taking Switchback in, and trees to
// take it from. Its own words are what is run, in directories that hold nothing else.
#pragma once

#include "../support/scratch_directory.hpp"
#include "../support/shell.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace consumers {

namespace fs = std::filesystem;

inline fs::path const source_tree = SB_SOURCE_DIR;

inline std::string contents(fs::path const& file) {
    std::ifstream in(file);
    CAPTURE(file.string());
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write(fs::path const& file, std::string const& text) {
    fs::create_directories(file.parent_path());
    std::ofstream out(file);
    out << text;
    REQUIRE(out.flush());
}

// Runs a command that has to succeed.
inline std::string run_in(fs::path const& directory, std::string const& command) {
    auto outcome = run_command("cd '" + directory.string() + "' && " + command);
    CAPTURE(command);
    CAPTURE(outcome.output);
    REQUIRE(outcome.status == 0);
    return outcome.output;
}

inline bool ends_with(std::string const& text, std::string const& end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

inline void replace(std::string& text, std::string const& old, std::string const& by) {
    auto const at = text.find(old);
    CAPTURE(old);
    REQUIRE(at != std::string::npos);
    text.replace(at, old.size(), by);
}

// ---- What the README says

struct block {
    std::string language;
    std::string text;
};

inline std::vector<block> blocks_of(std::string const& document) {
    std::vector<block> found;
    std::istringstream lines(document);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0) {
            inside = !inside;
            if (inside) found.push_back({line.substr(3), {}});
        } else if (inside) {
            found.back().text += line + "\n";
        }
    }
    return found;
}

inline std::string readme() {
    return contents(source_tree / "README.md");
}

inline std::string readme_section() {
    auto const text = readme();
    auto const begin = text.find("\n## Add it to your program\n");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

// The one block of the section in that language that contains those words.
inline std::string block_with(std::string const& language, std::string const& words) {
    std::string found;
    for (auto const& each : blocks_of(readme_section())) {
        if (each.language != language || each.text.find(words) == std::string::npos) continue;
        REQUIRE(found.empty());
        found = each.text;
    }
    CAPTURE(language);
    CAPTURE(words);
    REQUIRE_FALSE(found.empty());
    return found;
}

inline std::string command_with(std::string const& words) {
    auto text = block_with("sh", words);
    text.pop_back();
    return text;
}

// The first example of the README, and what it prints.
struct example {
    std::string code;
    std::string output;
};

inline example first_example() {
    auto const blocks = blocks_of(readme());
    REQUIRE(blocks.size() >= 2);
    REQUIRE(blocks[0].language == "cpp");
    REQUIRE(blocks[1].language == "text");
    return {blocks[0].text, blocks[1].text};
}

// ---- Trees

// What a release of Switchback holds, as far as its users need it; nothing that a build has left
// here.
inline void copy_sources(fs::path const& to) {
    fs::create_directories(to / "tools");
    for (auto const* name : {"LICENSE", "README.md", "meson.build", "meson_options.txt", "include",
             "src", "tools/amalgamate", "tools/package", "tools/packaging", "tools/support"}) {
        fs::copy(source_tree / name, to / name, fs::copy_options::recursive);
    }
}

// Made once, for all tests.
struct workshop {
    scratch_directory scratch;
    fs::path const sources = scratch / "switchback";

    workshop() { copy_sources(sources); }

    static workshop& instance() {
        static workshop only;
        return only;
    }

    // An empty directory.
    fs::path project(std::string const& name) {
        auto const made = scratch / name;
        REQUIRE(fs::create_directory(made));
        return made;
    }

    // As the README says, for /opt/switchback, into a directory of ours; and from there it has been
    // moved.
    fs::path const& installed() {
        if (installed_.empty()) {
            auto commands = command_with("meson install");
            replace(commands, "\nsudo meson install",
                " && DESTDIR='" + (scratch / "staged").string() + "' meson install");
            replace(commands, "meson setup build",
                "meson setup build --prefix=/opt/switchback -Dpkgconfig.relocatable=true");
            run_in(sources, commands);
            installed_ = scratch / "moved";
            fs::rename(scratch / "staged/opt/switchback", installed_);
        }
        return installed_;
    }

    // For dependency(), pkg-config and find_package to look there.
    std::string found_by() {
        auto const library = find_below(installed(), "switchback.pc").parent_path().parent_path();
        return "PKG_CONFIG_PATH='" + (library / "pkgconfig").string() + "' CMAKE_PREFIX_PATH='" +
               installed().string() + "' ";
    }

    static fs::path find_below(fs::path const& directory, std::string const& name) {
        for (auto const& entry : fs::recursive_directory_iterator(directory)) {
            if (entry.path().filename() == name) return entry.path();
        }
        CAPTURE(name);
        FAIL("not installed");
        return {};
    }

private:
    fs::path installed_;
};

inline void put_consumer(std::string const& file, fs::path const& to) {
    fs::copy(source_tree / "tests/consumers" / file, to, fs::copy_options::recursive);
}

inline constexpr char const* what_main_prints = "half of 81 is 40\n";
inline constexpr char const* what_generators_prints = "0 1 4 9 \n";

} // namespace consumers
