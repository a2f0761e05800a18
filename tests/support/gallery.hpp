// The text of docs/misuse-gallery.md, made of the samples in compile_fail/, of what the compilers say
// of them, and of the headers of errors. tools/gallery writes it; gallery_test.cpp holds the page against it.
#pragma once

#include "misuse.hpp"
#include "scratch_directory.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

// "12.2.0"
inline std::string version_of(std::string const& compiler) {
    auto const said = run_command(compiler + " -dumpfullversion -dumpversion").output;
    return said.substr(0, said.find('\n'));
}

inline std::string joined(std::vector<std::string> const& lines) {
    std::string text;
    for (auto const& line : lines) text += line + "\n";
    return text;
}

// ---- A sample, as the page shows it

struct misuse_sample {
    std::string name;
    std::string chapter;
    std::vector<std::string> wrong; // without includes and what else is the same everywhere
    std::map<int, int> number_of;   // a line of the file -> its number in `wrong`
    std::vector<std::string> right; // what stands there instead; empty: nothing does
};

inline misuse_sample shown(std::string const& name) {
    misuse_sample sample{name, "More", {}, {}, {}};
    for (auto const& chapter : said_in_head(name, "// gallery: ")) sample.chapter = chapter;
    enum class part { both, right, wrong } at = part::both;
    int number = 0;
    bool in_code = false;
    for (auto const& line : lines_of(misuse_text(name))) {
        ++number;
        auto const was = at;
        if (line == "#ifdef SB_FIXED") at = part::right;
        if (line == "#ifndef SB_FIXED") at = part::wrong;
        if (line == "#else") at = was == part::right ? part::wrong : part::right;
        if (line == "#endif") at = part::both;
        bool const steers = was != at || line == "#endif";
        if (at == part::right && steers && !sample.right.empty()) sample.right.push_back("…");
        if (steers) continue;
        if (at == part::right) {
            sample.right.push_back(line);
            continue;
        }
        in_code = in_code || !(line.empty() || begins_with(line, "//") ||
                                 begins_with(line, "#include") || begins_with(line, "namespace sb ="));
        if (!in_code || (line.empty() && sample.wrong.empty())) continue;
        sample.wrong.push_back(line);
        sample.number_of[number] = static_cast<int>(sample.wrong.size());
    }
    while (!sample.right.empty() && sample.right.back() == "…") sample.right.pop_back();
    return sample;
}

// "Yield in a plain switch"
inline std::string title_of(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    return name;
}

// ---- What a compiler prints, without what depends on the place of files and on inner names

inline std::string plain_line(std::string line, misuse_sample const& sample) {
    static std::regex const sample_place(R"((body\.cpp:|_a_line_)(\d+))");
    static std::regex const header_place(
        R"((^|\s)(?:[^\s:]*/)?([\w.]+)(?::\d+)(?::\d+)?: (error|warning|note))");
    static std::regex const own_names(R"((?:::)?switchback::(?:v0::)?(?:detail::)?)");
    static std::regex const labels(R"(label_at<scope<\d+, \d+> ?>\(\d+\))");
    static std::regex const scopes(R"(scope<\d+, \d+>)");
    static std::regex const requirement(R"( due to requirement '.*' ")");
    static std::regex const arguments(R"( \[with .*\])");
    static std::regex const instance(R"('([\w:~ ]+)<.*>(::\w+)?' requested here)");
    static std::regex const margin(R"(^ *\d* \| )");
    static std::regex const path(R"([^\s']*/compile_fail/)");
    line = std::regex_replace(line, path, "");
    for (std::size_t at; (at = line.find(sample.name + ".cpp")) != std::string::npos;) {
        line.replace(at, sample.name.size() + 4, "body.cpp");
    }
    std::string placed;
    std::smatch found;
    while (std::regex_search(line, found, sample_place)) {
        auto const number = std::stoi(found[2].str());
        auto const known = sample.number_of.find(number);
        placed += found.prefix().str() + found[1].str() +
                  std::to_string(known == sample.number_of.end() ? number : known->second);
        line = found.suffix().str();
    }
    line = placed + line;
    if (!begins_with(line, "body.cpp:")) line = std::regex_replace(line, header_place, "$1$2: $3");
    line = std::regex_replace(line, own_names, "");
    line = std::regex_replace(line, labels, "label_at<…>(…)");
    line = std::regex_replace(line, scopes, "scope<…>");
    line = std::regex_replace(line, requirement, ": \"");
    line = std::regex_replace(line, arguments, " [with …]");
    line = std::regex_replace(line, instance, "'$1<…>$2' requested here");
    return std::regex_replace(line, margin, "    ");
}

// The lines that matter: the first error, those that hold the words which the sample expects, and
// for each of them the user's line that it is about.
inline std::vector<std::string> essence_of(
    std::string const& output, misuse_sample const& sample, std::vector<std::string> const& expected) {
    auto const lines = lines_of(output);
    std::set<std::size_t> kept;
    auto const is = [&](std::size_t at, char const* what) {
        return lines[at].find(what) != std::string::npos;
    };
    // A place in the sample, with a message or without. What was included from there says nothing.
    auto const is_users = [&](std::size_t at) {
        auto const& line = lines[at];
        auto const found = line.find(sample.name + ".cpp:");
        return found != std::string::npos && line.find_first_of(" '") > found && !is(at, ": In ") &&
               !is(at, "included from");
    };
    auto const keep = [&](std::size_t at) {
        kept.insert(at);
        if (is_users(at)) return;
        // Templates: GCC names the user's line before the error, clang behind it; macros: behind.
        for (auto before = at; before-- > 0 && !is(before, " error: ");) {
            if (is_users(before) &&
                (is(before, "required from here") || is(before, "in 'constexpr' expansion"))) {
                kept.insert(before);
                return;
            }
        }
        for (auto behind = at + 1; behind < lines.size() && !is(behind, " error: "); ++behind) {
            if (is_users(behind)) {
                kept.insert(behind);
                return;
            }
        }
    };
    for (std::size_t at = 0; at < lines.size(); ++at) {
        if (is(at, " error: ")) {
            keep(at);
            break;
        }
    }
    for (auto const& words : expected) {
        bool const stand = std::any_of(kept.begin(), kept.end(),
            [&](auto at) { return lines[at].find(words) != std::string::npos; });
        for (std::size_t at = 0; at < lines.size() && !stand; ++at) {
            if (lines[at].find(words) == std::string::npos) continue;
            keep(at);
            break;
        }
    }
    std::vector<std::string> essence;
    for (auto at : kept) essence.push_back(plain_line(lines[at], sample));
    return essence;
}

// ---- Misuse that is known at run time

struct misuse_type {
    std::string name;
    std::string when;
    std::string words; // its what(); empty: whoever throws it says more
};

// The types that the headers of errors derive from `misuse`, as they describe themselves.
inline std::vector<misuse_type> misuse_types() {
    static std::regex const derived(R"(struct (\w+) : (?:\w+::)*misuse \{)");
    std::vector<misuse_type> types;
    std::string comment;
    auto const headers = text_of(SB_INCLUDE_DIR "/switchback/generator_errors.hpp") +
                         text_of(SB_INCLUDE_DIR "/switchback/errors.hpp");
    for (auto const& line : lines_of(headers)) {
        std::smatch found;
        if (begins_with(line, "// ")) {
            comment += (comment.empty() ? "" : " ") + line.substr(3);
        } else {
            if (std::regex_search(line, found, derived)) types.push_back({found[1], comment, ""});
            comment.clear();
        }
    }
    // What they say is asked of themselves.
    scratch_directory const scratch;
    auto const source = (scratch / "said.cpp").string();
    auto const program = (scratch / "said").string();
    std::ofstream out(source);
    out << "#include <switchback/errors.hpp>\n"
           "#include <cstdio>\n"
           "#include <type_traits>\n"
           "template <class E> void say() {\n"
           "    if constexpr (std::is_default_constructible_v<E>) std::puts(E{}.what());\n"
           "    else std::puts(\"\");\n"
           "}\n"
           "int main() {\n";
    for (auto const& type : types) out << "    say<switchback::" << type.name << ">();\n";
    out << "}\n";
    out.close();
    for (std::string const compiler : compilers) {
        if (!is_installed(compiler)) continue;
        auto const said = run_command(compiler + " -std=c++17 -I'" SB_INCLUDE_DIR "' '" + source +
                                      "' -o '" + program + "' && '" + program + "'");
        auto const lines = lines_of(said.output);
        if (said.status != 0 || lines.size() != types.size()) throw std::runtime_error(said.output);
        for (std::size_t n = 0; n < types.size(); ++n) types[n].words = lines[n];
        return types;
    }
    throw std::runtime_error("no compiler is installed");
}

inline std::string row_of(misuse_type const& type) {
    return "| `sb::" + type.name + "` | " + type.when + " | " +
           (type.words.empty() ? "(says which)" : type.words) + " |";
}

// ---- The page

inline std::vector<std::string> const& chapters() {
    static std::vector<std::string> const all{"What lives across a yield",
        "Where a yield or await may stand", "The frame and its body", "Try and with", "Switch",
        "Values", "Generators", "Delegation and loops", "Tasks", "More"};
    return all;
}

// What a compiler prints of a sample, as the page quotes it.
inline std::string quoted(std::string const& compiler, misuse_sample const& sample) {
    return "```text\n" +
           joined(essence_of(misuse_outcomes::of(compiler).wrong(sample.name).output, sample,
               expected_words(sample.name, compiler))) +
           "```\n";
}

inline std::string entry_of(misuse_sample const& sample) {
    std::string text = "### " + title_of(sample.name) + "\n\n```c++\n" + joined(sample.wrong) + "```\n";
    for (std::string const compiler : compilers) {
        text += "\n" + compiler + ":\n\n" + quoted(compiler, sample);
    }
    text += sample.right.empty() ? "\nRight: without it.\n"
                                 : "\nRight:\n\n```c++\n" + joined(sample.right) + "```\n";
    return text;
}

inline std::string anchor_of(std::string title) {
    for (auto& each : title) {
        each = each == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    }
    return title;
}

// Names the version that the page's quotations are of.
inline std::string version_words(std::string const& compiler, std::string const& version) {
    return "- " + compiler + " " + version + "\n";
}

inline std::string gallery_page() {
    std::map<std::string, std::vector<misuse_sample>> by_chapter;
    for (auto const& name : misuse_samples()) {
        auto sample = shown(name);
        by_chapter[sample.chapter].push_back(std::move(sample));
    }
    std::string text =
        "# Misuse\n"
        "\n"
        "Misuse of Switchback does not compile, or throws a type that names it. This page shows each "
        "misuse with the words that compilers print, and the right code. It is written by "
        "`tools/gallery` from the samples in [tests/compile_fail](../tests/compile_fail), and a test "
        "holds it against what the compilers say now. What no compiler and no check can see is in "
        "[what-a-body-cannot-do.md](what-a-body-cannot-do.md).\n"
        "\n"
        "The quotations are of\n"
        "\n";
    for (std::string const compiler : compilers) text += version_words(compiler, version_of(compiler));
    text +=
        "\n"
        "and left out of them are the paths of files, line numbers within the library, its inner "
        "namespaces, what a macro expands to, the conditions of static_assert, and the arguments of "
        "templates where `…` stands. Lines are numbered as "
        "they stand here. Other versions print the library's own sentences all the same, in words of "
        "their own around them.\n"
        "\n";
    for (auto const& chapter : chapters()) {
        if (by_chapter[chapter].empty()) continue;
        text += "- [" + chapter + "](#" + anchor_of(chapter) + "): ";
        bool first = true;
        for (auto const& sample : by_chapter[chapter]) {
            auto const title = title_of(sample.name);
            text += (first ? "[" : ", [") + title + "](#" + anchor_of(title) + ")";
            first = false;
        }
        text += "\n";
    }
    text += "- [What throws](#what-throws)\n";
    for (auto const& chapter : chapters()) {
        if (by_chapter[chapter].empty()) continue;
        text += "\n## " + chapter + "\n";
        for (auto const& sample : by_chapter[chapter]) text += "\n" + entry_of(sample);
        by_chapter.erase(chapter);
    }
    for (auto const& [chapter, samples] : by_chapter) {
        if (!samples.empty()) throw std::runtime_error("no such chapter of the gallery: " + chapter);
    }
    text +=
        "\n"
        "## What throws\n"
        "\n"
        "What only shows when the program runs throws a type of its own, derived from `sb::misuse`, "
        "which is a `std::exception`. These stand in "
        "[generator_errors.hpp](../include/switchback/generator_errors.hpp) and "
        "[errors.hpp](../include/switchback/errors.hpp); `sb::maybe`, `sb::result`, the semaphore and the "
        "queues have their own.\n"
        "\n"
        "| type | when | what() |\n"
        "| --- | --- | --- |\n";
    for (auto const& type : misuse_types()) text += row_of(type) + "\n";
    return text;
}

} // namespace test
