// Switchback as two files, which tools/amalgamate writes: they compile by themselves with all
// warnings, and pass the library's own tests.
#include "workshop.hpp"

#include "../support/compilers.hpp"

#include <set>

using namespace consumers;

namespace {

// As the README says it.
fs::path const& amalgamated() {
    static fs::path const made = [] {
        auto& shop = workshop::instance();
        auto project = shop.project("my-program");
        auto const command = std::string("tools/amalgamate ../my-program");
        REQUIRE(readme_section().find("`" + command + "`") != std::string::npos);
        run_in(shop.sources, command);
        return project;
    }();
    return made;
}

// The headers that a file is made of.
std::set<std::string> headers_in(std::string const& text) {
    std::set<std::string> found;
    std::istringstream lines(text);
    auto const mark = std::string("// ==== switchback/");
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(mark, 0) != 0) continue;
        auto const is_new = found.insert(line.substr(mark.size())).second;
        CAPTURE(line);
        CHECK(is_new);
    }
    return found;
}

// A directory in which <switchback/….hpp> is what the one file has of it.
fs::path forwarders_to(fs::path const& header, fs::path const& directory) {
    for (auto const& name : headers_in(contents(header))) {
        write(directory / "switchback" / name, "#include \"" + header.string() + "\"\n");
    }
    return directory;
}

std::vector<std::string> words_of(std::string const& text) {
    std::istringstream in(text);
    std::vector<std::string> found;
    for (std::string word; in >> word;) found.push_back(word);
    return found;
}

} // namespace

TEST_CASE("consumers: two files, compiled with the program") {
    auto const project = workshop::instance().scratch / "two-files";
    fs::copy(amalgamated(), project);
    auto program = first_example();
    replace(program.code, "<switchback/switchback.hpp>", "\"switchback.hpp\"");
    write(project / "main.cpp", program.code);
    CHECK(run_in(project, command_with("switchback.cpp")) == program.output);
}

TEST_CASE("consumers: the two files compile without warnings, alone and together") {
    auto const& files = amalgamated();
    write(files / "generators_first.cpp",
        "#include \"switchback_generator.hpp\"\n#include \"switchback.hpp\"\n#include "
        "\"switchback_generator.hpp\"\n");
    write(files / "generators_last.cpp",
        "#include \"switchback.hpp\"\n#include \"switchback_generator.hpp\"\n");
    auto generators = contents(source_tree / "tests/consumers/generators.cpp");
    replace(generators, "<switchback/adaptors.hpp>", "\"switchback_generator.hpp\"");
    replace(generators, "#include <switchback/any_generator.hpp>\n", "");
    write(files / "generators.cpp", generators);
    for (std::string const compiler : test::compilers) {
        if (!test::is_installed(compiler)) continue;
        auto const command = compiler + " -std=c++17" + test::strict_warnings;
        for (std::string const name :
            {"switchback.cpp", "generators_first.cpp", "generators_last.cpp"}) {
            CHECK(run_in(files, command + " -pthread -c " + name + " -o object.o") == "");
        }
        // Generators alone link with nothing.
        CHECK(run_in(files, command + " generators.cpp -o generators && ./generators") ==
              what_generators_prints);
    }
}

TEST_CASE("consumers: the files say what they are, and need nothing but the system's") {
    auto const& files = amalgamated();
    for (std::string const name :
        {"switchback.hpp", "switchback.cpp", "switchback_generator.hpp"}) {
        auto const text = contents(files / name);
        CAPTURE(name);
        CHECK(text.rfind("// Switchback " SB_VERSION ": ", 0) == 0);
        CHECK(text.find("THE SOFTWARE IS PROVIDED \"AS IS\"") != std::string::npos);
        CHECK(text.find(source_tree.string()) == std::string::npos);
        CHECK(text.find("#include <switchback/") == std::string::npos);
    }
    // Threads, locks and clocks are for tasks.
    auto const generators = contents(files / "switchback_generator.hpp");
    for (std::string const header : {"chrono", "condition_variable", "mutex", "thread"}) {
        CAPTURE(header);
        CHECK(generators.find("include <" + header + ">") == std::string::npos);
    }
    auto const all = headers_in(contents(files / "switchback.hpp"));
    for (auto const& header : headers_in(generators)) {
        CAPTURE(header);
        CHECK(all.count(header) == 1);
    }
    // Whatever switchback.hpp of the tree includes is in the one file, too.
    for (auto const& line : words_of(contents(source_tree / "include/switchback/switchback.hpp"))) {
        if (line.rfind("<switchback/", 0) != 0) continue;
        CAPTURE(line);
        CHECK(all.count(line.substr(12, line.size() - 13)) == 1);
    }
}

TEST_CASE("consumers: the same sources make the same files") {
    auto& shop = workshop::instance();
    auto const again = shop.scratch / "again";
    run_in(shop.sources, "PYTHONHASHSEED=1 LC_ALL=C tools/amalgamate " + again.string());
    for (std::string const name :
        {"switchback.hpp", "switchback.cpp", "switchback_generator.hpp"}) {
        bool const are_same = contents(again / name) == contents(amalgamated() / name);
        CAPTURE(name);
        CHECK(are_same);
    }
}

// Compiled as they are, on all cores; what they include is the one file.
TEST_CASE("consumers: the two files pass the library's own tests") {
    auto const& files = amalgamated();
    auto const build = workshop::instance().project("own-tests");
    auto const includes = forwarders_to(files / "switchback.hpp", build / "include");
    std::string names = "support/main.cpp";
    for (auto const& name : words_of(SB_OWN_TESTS)) names += " " + name;
    auto const tests = (source_tree / "tests").string();
    run_in(build,
        "g++ -std=c++17 -pthread -c '" + (files / "switchback.cpp").string() + "' -o library.o");
    run_in(build, "printf '%s\\n' " + names +
                      " | xargs -P \"$(nproc)\" -I NAME sh -c 'g++ -std=c++17 -pthread -I" +
                      includes.string() + " -c " + tests + "/NAME -o \"$(basename NAME .cpp).o\"'");
    auto const output = run_in(build, "g++ -pthread *.o -o own-tests && ./own-tests");
    CAPTURE(output);
    CHECK(output.find(" 0 failed") != std::string::npos);
    CHECK(output.find("SUCCESS!") != std::string::npos);
}
