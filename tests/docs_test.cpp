// Every C++ sample in the README and in docs/ is a program: it is compiled, run, and what it prints
// is compared with the text block that follows it. Or it is quoted from a file that has a test of its
// own: then a line before it says so,
//
//     <!-- tests/porting/callbacks_test.cpp#before -->
//
// and it is compared with what stands in that file between `// quoted: before` and `// end of quote`.
#include "support/scratch_directory.hpp"
#include "support/shell.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct sample {
    std::string file;
    int line = 0;
    std::string code;
    std::string expected; // of a text block right behind it
    bool has_expected = false;
    std::string quoted{}; // from where: file#name
};

std::vector<sample> samples_in(fs::path const& document) {
    std::ifstream in(document);
    REQUIRE(in);
    std::vector<sample> found;
    std::string line;
    std::string before; // the line before, if it is not empty
    std::regex const marker(R"(<!-- ([\w./-]+#\w+) -->)");
    std::string* into = nullptr;
    int number = 0;
    while (std::getline(in, line)) {
        ++number;
        if (line.rfind("```", 0) == 0) {
            if (into != nullptr) {
                into = nullptr;
            } else if (line == "```cpp") {
                found.push_back({document.filename().string(), number, {}, {}, false, {}});
                std::smatch quoted;
                if (std::regex_match(before, quoted, marker)) found.back().quoted = quoted[1];
                into = &found.back().code;
            } else if (line == "```text" && !found.empty() && !found.back().has_expected) {
                found.back().has_expected = true;
                into = &found.back().expected;
            }
        } else if (into != nullptr) {
            *into += line + "\n";
        }
        if (!line.empty()) before = line;
    }
    return found;
}

std::vector<fs::path> all_documents() {
    std::vector<fs::path> found{fs::path(SB_SOURCE_DIR) / "README.md"};
    for (auto const& entry : fs::recursive_directory_iterator(fs::path(SB_SOURCE_DIR) / "docs")) {
        if (entry.path().extension() == ".md") found.push_back(entry.path());
    }
    return found;
}

std::vector<sample> all_samples() {
    std::vector<sample> found;
    for (auto const& document : all_documents()) {
        for (auto& each : samples_in(document)) found.push_back(std::move(each));
    }
    return found;
}

// What stands in a file under a name, less the indentation that all of its lines have.
std::string quoted_from(std::string const& from) {
    auto const hash = from.find('#');
    std::ifstream in(fs::path(SB_SOURCE_DIR) / from.substr(0, hash));
    REQUIRE(in);
    std::vector<std::string> lines;
    std::regex const begins("\\s*// quoted: " + from.substr(hash + 1));
    std::regex const ends("\\s*// end of quote");
    bool inside = false;
    int found = 0;
    for (std::string line; std::getline(in, line);) {
        if (std::regex_match(line, ends)) inside = false;
        if (inside) lines.push_back(line);
        if (std::regex_match(line, begins)) {
            inside = true;
            ++found;
        }
    }
    CHECK(found == 1);
    CHECK_FALSE(inside);
    auto indentation = std::string::npos;
    for (auto const& line : lines) indentation = std::min(indentation, line.find_first_not_of(' '));
    std::string text;
    for (auto const& line : lines) text += (line.empty() ? line : line.substr(indentation)) + "\n";
    return text;
}

} // namespace

TEST_CASE("docs: every C++ sample compiles, runs, and prints what the document says") {
    scratch_directory const scratch;
    auto const samples = all_samples();
    CHECK(samples.size() >= 3);
    for (auto const& each : samples) {
        CAPTURE(each.file);
        CAPTURE(each.line);
        if (!each.quoted.empty()) continue;
        REQUIRE(each.code.find("int main") != std::string::npos);
        auto const source = (scratch / "sample.cpp").string();
        auto const program = (scratch / "sample").string();
        std::ofstream(source) << each.code;
        auto const built = run_command(std::string(SB_COMPILER) +
                                       " -std=c++17 -Wall -Wextra -Werror -I" SB_SOURCE_DIR "/include " +
                                       source + " " SB_LIBRARY " -pthread " SB_LINK_ARGS " -o " + program);
        CAPTURE(built.output);
        REQUIRE(built.status == 0);
        auto const ran = run_command(program);
        CHECK(ran.status == 0);
        if (each.has_expected) CHECK(ran.output == each.expected);
    }
}

TEST_CASE("docs: every sample that is quoted stands in its file, word for word") {
    int compared = 0;
    for (auto const& each : all_samples()) {
        if (each.quoted.empty()) continue;
        CAPTURE(each.file);
        CAPTURE(each.line);
        CAPTURE(each.quoted);
        CHECK(each.code == quoted_from(each.quoted));
        ++compared;
    }
    CHECK(compared > 10);
}

TEST_CASE("docs: every file that a document refers to exists") {
    for (auto const& document : all_documents()) {
        std::ifstream in(document);
        std::string const text{std::istreambuf_iterator<char>(in), {}};
        std::regex const link(R"(\]\(([\w./-]+)\))");
        for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
            auto const target = (*at)[1].str();
            CAPTURE(target);
            CHECK(fs::exists(document.parent_path() / target));
        }
    }
}
