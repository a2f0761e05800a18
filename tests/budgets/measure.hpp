// Measures what limits.txt sets limits to. What a name there begins with says how it is measured; see
// measure().
#pragma once

#include "../support/scratch_directory.hpp"
#include "../support/shell.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace budgets {

namespace fs = std::filesystem;

inline fs::path const root = SB_SOURCE_DIR;
inline fs::path const samples = root / "tests" / "budgets" / "samples";

inline constexpr char const* compilers[] = {"g++", "clang++"};

struct budget {
    std::string name;
    long limits[2]; // in the order of the compilers
};

// All lines of limits.txt, the first of which names the versions of the compilers.
inline std::vector<budget> read_limits() {
    std::ifstream in(root / "tests" / "budgets" / "limits.txt");
    std::vector<budget> found;
    for (std::string line; std::getline(in, line);) {
        std::istringstream columns(line);
        budget next;
        if (line.empty() || line[0] == '#') continue;
        if (!(columns >> next.name >> next.limits[0] >> next.limits[1])) {
            throw std::runtime_error("limits.txt: " + line);
        }
        found.push_back(next);
    }
    return found;
}

// One compiler's measurements. Nothing is compiled twice.
class measuring {
public:
    explicit measuring(std::string compiler) : compiler_(std::move(compiler)) {}

    // 12 of g++ 12.2.0; 0 where there is no such compiler.
    long major_version() const {
        auto const said = run_command(compiler_ + " -dumpversion");
        return said.status == 0 ? std::stol(said.output) : 0;
    }

    long measure(std::string const& name) {
        auto const colon = name.find(':');
        auto const what = name.substr(0, colon);
        auto const of = colon == std::string::npos ? "" : name.substr(colon + 1);
        if (what == "lines") return lines_of("<switchback/" + of + ">", "-std=c++17");
        if (what == "each") return (code_of_bodies(of, 20) - code_of_bodies(of, 1)) / 19;
        if (what == "first") return code_of_bodies(of, 1) - measure("each:" + of);
        if (what == "library") return code_in(library(of));
        if (what == "program") return size_of_program(of);
        if (what == "size") return size_of_object(of);
        throw std::runtime_error("limits.txt: nobody knows how to measure " + name);
    }

    // Lines that are neither blank nor comments, of a file that includes these headers.
    long lines_of(std::string const& headers, std::string const& standard) const {
        std::istringstream names(headers);
        std::string text;
        for (std::string name; names >> name;) text += "#include " + name + "\\n";
        auto const preprocessed = run("printf '" + text + "' | " + compiler_ + " " + standard +
                                      include + "-E -P -x c++ - | grep -c '[^[:space:]]'");
        return std::stol(preprocessed);
    }

private:
    // What the command prints, which must not fail.
    std::string run(std::string const& command) const {
        auto const outcome = run_command("cd '" + (scratch_ / ".").string() + "' && " + command);
        if (outcome.status != 0) throw std::runtime_error(command + ":\n" + outcome.output);
        return outcome.output;
    }

    // The bytes of machine code in object files and archives.
    long code_in(std::string const& files) const {
        return std::stol(run("size -A " + files + " | awk '$1 ~ /^\\.text/ { sum += $2 } END { print sum }'"));
    }

    // OPTIMISATION:KIND, as in "-O2:count".
    long code_of_bodies(std::string const& of, int count) {
        auto& known = code_[of + std::to_string(count)];
        if (known != 0) return known;
        auto const colon = of.find(':');
        auto const source = samples / (of.substr(colon + 1) + ".cpp");
        run(compiler_ + compiled + of.substr(0, colon) + " -DSB_COUNT=" + std::to_string(count) + " -c '" +
            source.string() + "' -o bodies.o");
        return known = code_in("bodies.o");
    }

    std::string library(std::string const& optimisation) {
        auto& made = libraries_[optimisation];
        if (!made.empty()) return made;
        std::string sources, objects;
        for (auto const& entry : fs::recursive_directory_iterator(root / "src")) {
            if (entry.path().extension() != ".cpp") continue;
            if (entry.path().parent_path().filename() == "testing") continue; // no program but a test links that
            sources += " '" + entry.path().string() + "'";
            objects += " " + entry.path().stem().string() + ".o";
        }
        auto const name = "library" + optimisation + ".a";
        run(compiler_ + compiled + optimisation + " -c" + sources + " && ar rcs " + name + objects);
        return made = name;
    }

    long size_of_program(std::string const& optimisation) {
        auto const with = library(optimisation);
        run(compiler_ + compiled + optimisation + " -s '" + (samples / "one_task.cpp").string() + "' " + with +
            " -o program");
        return static_cast<long>(fs::file_size(scratch_ / "program"));
    }

    long size_of_object(std::string const& type) {
        if (sizes_.empty()) {
            auto const with = library("-O2");
            run(compiler_ + compiled + " '" + (samples / "sizes.cpp").string() + "' " + with + " -o sizes");
            std::istringstream lines(run("./sizes"));
            long bytes = 0;
            for (std::string name; lines >> name >> bytes;) sizes_[name] = bytes;
        }
        return sizes_.at(type);
    }

    inline static std::string const include = " -I'" SB_SOURCE_DIR "/include' ";
    inline static std::string const compiled = " -std=c++17 -DNDEBUG -pthread" + include;

    std::string compiler_;
    std::map<std::string, long> code_;
    std::map<std::string, std::string> libraries_;
    std::map<std::string, long> sizes_;
    scratch_directory scratch_;
};

} // namespace budgets
