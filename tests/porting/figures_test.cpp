// The guides in docs/porting say how long things are, before and after, and how many flags are left:
// counted here.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

fs::path const root = SB_SOURCE_DIR;

std::vector<std::string> lines_of(fs::path const& file) {
    std::ifstream in(file);
    REQUIRE(in);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// Those with code on them.
bool is_code(std::string const& line) {
    static std::regex const nothing(R"(\s*(//.*)?)");
    return !std::regex_match(line, nothing);
}

long count_matches(std::vector<std::string> const& lines, std::string const& what) {
    std::regex const wanted(what);
    long found = 0;
    for (auto const& line : lines) {
        found += std::distance(std::sregex_iterator(line.begin(), line.end(), wanted), {});
    }
    return found;
}

long lines_quoted(std::string const& file, std::string const& name) {
    long count = 0;
    bool inside = false;
    for (auto const& line : lines_of(root / file)) {
        if (line.find("// end of quote") != std::string::npos) inside = false;
        if (inside && is_code(line)) ++count;
        if (std::regex_match(line, std::regex("\\s*// quoted: " + name))) inside = true;
    }
    return count;
}

} // namespace

TEST_CASE("porting: the guides count the lines of their samples as they are") {
    // | … `name` … | lines |, where the document quotes something of that name
    std::regex const quotes(R"(<!-- (\S+)#(\w+) -->)");
    std::regex const row(R"(\|[^|]*`#(\w+)`[^|]*\| (\d+) \|)");
    int rows = 0;
    for (auto const& entry : fs::directory_iterator(root / "docs" / "porting")) {
        auto const lines = lines_of(entry.path());
        for (auto const& line : lines) {
            std::smatch said;
            if (!std::regex_match(line, said, row)) continue;
            ++rows;
            CAPTURE(line);
            bool found = false;
            for (auto const& other : lines) {
                std::smatch quoted;
                if (!std::regex_match(other, quoted, quotes) || quoted[2] != said[1]) continue;
                found = true;
                CHECK(lines_quoted(quoted[1], quoted[2]) == std::stol(said[2]));
            }
            CHECK(found);
        }
    }
    CHECK(rows >= 8);
}

TEST_CASE("porting: the table of the real port is counted from its five programs") {
    auto const page = lines_of(root / "docs" / "porting" / "a-real-port.md");
    for (char const step : std::string("01234")) {
        auto const program =
            lines_of(root / "tests" / "porting" / "feed_reader" / (std::string("step") + step) / "reader.cpp");
        std::vector<std::string> code;
        for (auto const& line : program) {
            if (is_code(line) && line[0] != '#') code.push_back(line);
        }
        std::ostringstream row;
        row << "| " << step << " | " << code.size() << " | "
            << count_matches(code, "std::thread") << " | " << count_matches(code, "std::mutex ") << " | "
            << count_matches(code, R"(^    (bool|std::atomic<bool>|std::shared_ptr<bool>|int generation) .*;)")
            << " | " << count_matches(code, R"(\[(this|=)[^\]]*\]\s*[({])") << " |";
        CAPTURE(row.str());
        CHECK(std::count(page.begin(), page.end(), row.str()) == 1);
    }
}
