// The samples of misuse in compile_fail/, and what compilers say of them. Each sample is compiled
// once by each compiler, however many tests ask, and several at a time.
//
// A sample begins with lines such as
//
//     // gallery: Try and with                 the chapter of docs/misuse-gallery.md
//     // expects: a sentence                   what has to be printed, each by a line of its own
//     // expects[g++]: what this compiler alone says
//     // flags: -fno-exceptions                what it is compiled with
//
// and holds the right thing, too, where SB_FIXED is defined.
#pragma once

#include "compilers.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace test {

inline std::string text_of(std::filesystem::path const& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

inline bool begins_with(std::string const& text, std::string const& how) {
    return text.rfind(how, 0) == 0;
}

// The names of all samples, without ".cpp": those that were there when the first was asked for.
inline std::set<std::string> const& misuse_samples() {
    static auto const names = [] {
        std::set<std::string> found;
        for (auto const& entry :
            std::filesystem::directory_iterator(SB_SAMPLES_DIR "/compile_fail")) {
            if (entry.path().extension() == ".cpp") found.insert(entry.path().stem().string());
        }
        return found;
    }();
    return names;
}

inline std::string misuse_text(std::string const& sample) {
    return text_of(SB_SAMPLES_DIR "/compile_fail/" + sample + ".cpp");
}

// What follows the given words on the first lines of a sample.
inline std::vector<std::string> said_in_head(std::string const& sample, std::string const& prefix) {
    std::vector<std::string> found;
    for (auto const& line : lines_of(misuse_text(sample))) {
        if (!begins_with(line, "//")) break;
        if (begins_with(line, prefix)) found.push_back(line.substr(prefix.size()));
    }
    return found;
}

// The words that a compiler has to print about a sample.
inline std::vector<std::string> expected_words(
    std::string const& sample, std::string const& compiler) {
    auto words = said_in_head(sample, "// expects: ");
    for (auto& more : said_in_head(sample, "// expects[" + compiler + "]: ")) {
        words.push_back(std::move(more));
    }
    return words;
}

// What a compiler says of all samples, with and without the misuse.
class misuse_outcomes {
public:
    // Compiles them all, when the first of a compiler is asked for.
    static misuse_outcomes const& of(std::string const& compiler) {
        static std::map<std::string, misuse_outcomes> all;
        auto const found = all.find(compiler);
        return found != all.end() ? found->second
                                  : all.emplace(compiler, misuse_outcomes(compiler)).first->second;
    }

    command_outcome const& wrong(std::string const& sample) const { return wrong_.at(sample); }
    command_outcome const& right(std::string const& sample) const { return right_.at(sample); }

private:
    explicit misuse_outcomes(std::string const& compiler) {
        std::vector<std::pair<std::string, bool>> jobs;
        for (auto const& sample : misuse_samples()) {
            wrong_[sample], right_[sample];
            jobs.emplace_back(sample, false);
            jobs.emplace_back(sample, true);
        }
        std::atomic<std::size_t> next{0};
        auto const work = [&] {
            for (std::size_t at; (at = next++) < jobs.size();) {
                auto const& [sample, fixed] = jobs[at];
                std::string flags = fixed ? " -DSB_FIXED" : "";
                for (auto const& more : said_in_head(sample, "// flags: ")) flags += " " + more;
                (fixed ? right_ : wrong_).at(sample) = compile(compiler,
                    "compile_fail/" + sample + ".cpp",
                    "-std=c++17 -fsyntax-only" + flags);
            }
        };
        std::vector<std::thread> workers;
        for (unsigned n = std::max(1u, std::thread::hardware_concurrency()); n > 0; --n) {
            workers.emplace_back(work);
        }
        for (auto& worker : workers) worker.join();
    }

    std::map<std::string, command_outcome> wrong_;
    std::map<std::string, command_outcome> right_;
};

} // namespace test
