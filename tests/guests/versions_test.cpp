// Two versions of Switchback in one program, each in a library that knows nothing of the other: they
// lie in inline namespaces of different names, and share no symbol.
#include "building.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = guests::fs;

// A copy of the library in which version 0 is another one. Gives the files that name the version.
std::vector<std::string> copy_as_another_version(fs::path const& to) {
    fs::create_directories(to);
    std::vector<std::string> changed;
    for (auto const* part : {"include", "src"}) {
        fs::copy(guests::source_root / part, to / part, fs::copy_options::recursive);
        for (auto const* extension : {".hpp", ".cpp"}) {
            for (auto const& file : guests::files_below(to / part, extension)) {
                auto const text = guests::text_of(file);
                auto const renamed = std::regex_replace(text, std::regex(R"(\bv0(?=\b|_))"), "v99");
                if (renamed == text) continue;
                guests::write(file, renamed);
                changed.push_back(fs::relative(file, to).generic_string());
            }
        }
    }
    return changed;
}

struct symbols {
    std::set<std::string> strong; // of which a program may have one
    std::set<std::string> ours;   // strong or not
};

symbols symbols_of(guests::workshop const& shop, std::string const& files) {
    auto const listed = shop.run("nm --defined-only " + files);
    REQUIRE(listed.status == 0);
    symbols found;
    std::istringstream lines(listed.output);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream columns(line);
        std::string address, kind, name;
        if (!(columns >> address >> kind >> name)) continue;
        if (kind.find_first_of("TDBRSG") != std::string::npos) found.strong.insert(name);
        bool const is_seen_by_others = kind.find_first_of("TDBRSGVWu") != std::string::npos;
        if (is_seen_by_others && name.find("10switchback") != std::string::npos) found.ours.insert(name);
    }
    return found;
}

std::set<std::string> common(std::set<std::string> const& left, std::set<std::string> const& right) {
    std::set<std::string> both;
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
        std::inserter(both, both.end()));
    return both;
}

} // namespace

TEST_CASE("the version is named in one place, and everything lies in its namespace") {
    scratch_directory const scratch;
    auto const changed = copy_as_another_version(scratch / "other");
    CHECK(changed == std::vector<std::string>{"include/switchback/detail/config.hpp"});

    std::regex const opened(R"(\nnamespace switchback \{\n(.*))");
    for (auto const* part : {"include", "src"}) {
        for (auto const* extension : {".hpp", ".cpp"}) {
            for (auto const& file : guests::files_below(guests::source_root / part, extension)) {
                CAPTURE(file);
                auto const text = guests::text_of(file);
                for (std::sregex_iterator at(text.begin(), text.end(), opened), end; at != end; ++at) {
                    CHECK((*at)[1].str() == "inline namespace SB_DETAIL_ABI {");
                }
            }
        }
    }
}

TEST_CASE("two versions live in one program, and share nothing") {
    for (std::string const compiler : test::compilers) {
        CAPTURE(compiler);
        guests::workshop const shop(compiler, "-O0 -Wall -Wextra -Werror");
        auto const other = shop.file("other");
        copy_as_another_version(other);
        auto const guest = " -c '" + (guests::samples / "versions/guest.cpp").string() + "'";
        shop.make_library("first-library", guests::source_root);
        shop.make_library("second-library", other);
        shop.make("first.o", "-DSB_GUEST=first -I'" SB_SOURCE_DIR "/include'" + guest);
        shop.make("second.o", "-DSB_GUEST=second -Iother/include" + guest);

        auto const first = symbols_of(shop, "first.o first-library.a");
        auto const second = symbols_of(shop, "second.o second-library.a");
        CHECK(first.ours.size() > 200); // so there is something to be compared
        CHECK(common(first.ours, second.ours) == std::set<std::string>{});
        CHECK(common(first.strong, second.strong) == std::set<std::string>{});

        shop.make("program", "'" + (guests::samples / "versions/program.cpp").string() +
                                 "' first.o second.o first-library.a second-library.a");
        auto const ran = shop.run("./program");
        CAPTURE(ran.output);
        CHECK(ran.status == 0);
    }
}

TEST_CASE("a file includes one copy of the library, and is told so") {
    for (std::string const compiler : test::compilers) {
        CAPTURE(compiler);
        guests::workshop const shop(compiler);
        copy_as_another_version(shop.file("other"));
        guests::write(shop.file("both.cpp"), "#include <switchback/generator.hpp>\n"
                                             "#include \"other/include/switchback/detail/config.hpp\"\n");
        auto const outcome =
            shop.run(compiler + " -std=c++17 -fsyntax-only -I'" SB_SOURCE_DIR "/include' both.cpp");
        CHECK(outcome.status == 1);
        CHECK(outcome.output.find("two copies of Switchback are included in one file") != std::string::npos);
    }
}
