// Every C++ sample in the README and in docs/ is a program: it is compiled, run, and what it prints
// is compared with the text block that follows it.
#include "support/scratch_directory.hpp"
#include "support/shell.hpp"

#include <doctest/doctest.h>

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
};

std::vector<sample> samples_in(fs::path const& document) {
    std::ifstream in(document);
    REQUIRE(in);
    std::vector<sample> found;
    std::string line;
    std::string* into = nullptr;
    int number = 0;
    while (std::getline(in, line)) {
        ++number;
        if (line.rfind("```", 0) == 0) {
            if (into != nullptr) {
                into = nullptr;
            } else if (line == "```cpp") {
                found.push_back({document.filename().string(), number, {}, {}, false});
                into = &found.back().code;
            } else if (line == "```text" && !found.empty() && !found.back().has_expected) {
                found.back().has_expected = true;
                into = &found.back().expected;
            }
        } else if (into != nullptr) {
            *into += line + "\n";
        }
    }
    return found;
}

std::vector<sample> all_samples() {
    auto found = samples_in(fs::path(SB_SOURCE_DIR) / "README.md");
    for (auto const& entry : fs::directory_iterator(fs::path(SB_SOURCE_DIR) / "docs")) {
        if (entry.path().extension() != ".md") continue;
        for (auto& each : samples_in(entry.path())) found.push_back(std::move(each));
    }
    return found;
}

} // namespace

TEST_CASE("docs: every C++ sample compiles, runs, and prints what the document says") {
    scratch_directory const scratch;
    auto const samples = all_samples();
    CHECK(samples.size() >= 3);
    for (auto const& each : samples) {
        CAPTURE(each.file);
        CAPTURE(each.line);
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

TEST_CASE("docs: every file that a document refers to exists") {
    for (auto const& document : {fs::path(SB_SOURCE_DIR) / "README.md",
             fs::path(SB_SOURCE_DIR) / "docs" / "semantics.md",
             fs::path(SB_SOURCE_DIR) / "docs" / "what-a-body-cannot-do.md",
             fs::path(SB_SOURCE_DIR) / "docs" / "misuse-gallery.md"}) {
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
