// Our headers come last in many files, behind those of an operating system, a toolkit or a test
// framework, and meet the macros of these. Whatever such a macro stands for, all public headers compile,
// and a program of generators and tasks works.
#include "building.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

// Macros of one word …
std::vector<std::string> const words = {
    // Windows
    "small", "interface", "near", "far", "IN", "OUT", "OPTIONAL", "ERROR", "NO_ERROR", "DELETE", "CONST",
    "VOID", "TRUE", "FALSE", "STRICT", "BOOL", "THIS", "pascal", "cdecl", "GetObject", "GetMessage",
    "SendMessage", "PostMessage", "CreateEvent", "GetCurrentTime", "Yield",
    // <math.h>
    "DOMAIN", "OVERFLOW", "UNDERFLOW", "SING", "PLOSS", "TLOSS",
    // macOS, Objective-C
    "check", "verify", "require", "nil", "YES", "NO",
    // X11
    "None", "Status", "Success", "Always", "Bool", "True", "False", "Above", "Below", "Complex", "Font",
    "Unsorted", "KeyPress", "FocusIn", "Expose", "CursorShape",
    // Qt
    "emit", "signals", "slots", "forever", "foreach", "Q_EMIT", "Q_SIGNALS", "Q_SLOTS", "Q_FOREACH",
    // those who have coroutines of their own
    "yield", "await", "async", "finally", "try_", "co_await", "co_yield", "co_return", "except",
    // glibc, gcc
    "major", "minor", "makedev", "unix", "linux",
    // Arduino, newlib
    "bit", "B1", "HIGH", "LOW", "INPUT", "OUTPUT", "DEFAULT", "PI", "_B", "_C", "_L", "_N", "_P", "_S", "_U",
    "_X",
    // test frameworks
    "TEST", "CHECK", "REQUIRE", "FAIL", "INFO", "SECTION"};

// … and those that are only ever defined with arguments: where they were not, no header of the standard
// library would survive them either.
std::vector<std::string> const functions = {"min", "max", "abs", "round", "word", "F", "_T"};

std::string definitions(std::vector<std::string> const& names, std::string const& parameters) {
    std::string text;
    for (auto const& name : names) {
        text += "#undef " + name + "\n#define " + name + parameters + " 12 ( a macro ] of someone else's\n";
    }
    return text;
}

// Everything that our headers include from elsewhere, the macros, and all that is ours.
std::string everything(std::string const& macros) {
    auto const root = guests::source_root / "include";
    std::set<std::string> others;
    std::string ours;
    for (auto const& header : guests::files_below(root, ".hpp")) {
        auto const text = guests::text_of(header);
        std::regex const include(R"(#\s*include <([a-z_0-9]+)>)");
        for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
            if ((*at)[1] != "coroutine") others.insert((*at)[1].str()); // which wants C++20
        }
        auto const name = guests::fs::relative(header, root).generic_string();
        // (doctest's own header does not survive what is done to it here; the words of C++20 are keywords to the
        // other; and the programs of the last two have a check(), whatever macOS calls so.)
        bool const is_left_out = name.find("/detail/") != std::string::npos ||
                                 name == "switchback/doctest.hpp" ||
                                 name == "switchback/doctest_interleavings.hpp" ||
                                 name == "switchback/coroutines.hpp" || name == "switchback/testing/explore.hpp" ||
                                 name == "switchback/testing/chaos.hpp";
        if (!is_left_out) ours += "#include <" + name + ">\n";
    }
    std::string text;
    for (auto const& name : others) {
        text += "#if __has_include(<" + name + ">)\n#include <" + name + ">\n#endif\n";
    }
    return text + macros + ours;
}

void check_survives(std::string const& macros) {
    for (std::string const compiler : test::compilers) {
        guests::workshop const shop(compiler, "-O0");
        guests::write(shop.file("everything.hpp"), everything(macros));
        shop.make_library("switchback", guests::source_root);
        shop.make("program", "-w -I'" SB_SOURCE_DIR "/include' -I. '" +
                                 (guests::samples / "macros/program.cpp").string() + "' switchback.a");
        auto const ran = shop.run("./program");
        CAPTURE(compiler);
        CHECK(ran.status == 0);
    }
}

} // namespace

TEST_CASE("macros of one word, defined by whoever comes first, do not reach into our headers") {
    check_survives(definitions(words, ""));
}

TEST_CASE("macros with a parameter do not reach into our headers") {
    auto names = words;
    names.insert(names.end(), functions.begin(), functions.end());
    check_survives(definitions(names, "(x)"));
}

TEST_CASE("a macro that does reach into our headers would be seen") {
    guests::workshop const shop("g++", "-O0");
    guests::write(shop.file("everything.hpp"), everything(definitions({"generator"}, "")));
    auto const outcome = shop.run("g++ -std=c++17 -w -fsyntax-only -I'" SB_SOURCE_DIR "/include' -I. '" +
                                  (guests::samples / "macros/program.cpp").string() + "'");
    CHECK(outcome.status == 1);
    CHECK(outcome.output.find("generator") != std::string::npos);
}
