// Shared libraries that have Switchback in them: tasks, generators and errors that cross their border,
// and what is left when they are unloaded. shared/host.cpp is the program, shared/guest.cpp the library.
#include "building.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

std::string const hidden = " -fvisibility=hidden -fvisibility-inlines-hidden ";

// The program and the library, compiled by one compiler and linked in several ways.
class pair_of_two {
public:
    explicit pair_of_two(std::string const& compiler, std::string const& options = {})
        : shop_(compiler, "-O0 -Wall -Wextra -Werror -I'" SB_SOURCE_DIR "/include' " + options) {
        shop_.make_library("switchback", guests::source_root);
    }

    void compile(std::string const& visibility) const {
        for (std::string const part : {"host", "guest"}) {
            shop_.make(part + ".o",
                "-fPIC -c '" + (guests::samples / "shared" / (part + ".cpp")).string() + "'" + visibility);
        }
    }
    void link_host(std::string const& how) const { shop_.make("host", "host.o " + how + " -ldl"); }
    void link_guest(std::string const& how) const { shop_.make("guest.so", "-shared guest.o " + how); }

    // Checks that all goes well, with words as host.cpp takes them, and that they have the handler of
    // unhandled errors in common or not.
    void check(std::string const& words, std::string const& handler, std::string const& before = {}) const {
        auto const ran = shop_.run(before + "./host ./guest.so " + words);
        CAPTURE(shop_.compiler());
        CAPTURE(words);
        CHECK(ran.output == "handler: " + handler + "\ndone\n");
        CHECK(ran.status == 0);
    }

private:
    guests::workshop shop_;
};

std::string const exports_all = "-rdynamic -Wl,--whole-archive switchback.a -Wl,--no-whole-archive";

// GCC gives the objects of inline functions and templates symbols that are unique in the process, and a
// library that defines one is never unloaded. Hidden ones are none.
char const* goes_unless_unique(std::string const& compiler) {
    return compiler == "g++" ? "stays" : "goes";
}

} // namespace

TEST_CASE("a library of hidden visibility uses its host's Switchback, and is unloaded") {
    for (std::string const compiler : test::compilers) {
        pair_of_two const both(compiler);
        both.compile(hidden);
        both.link_host(exports_all);
        both.link_guest("");
        both.check("shared thread goes", "own");
        // Its own thread-local objects: glibc keeps the library until their thread has ended.
        both.check("shared main stays", "own");
    }
}

TEST_CASE("a library has a Switchback of its own, linked statically and hidden, beside its host's") {
    for (std::string const compiler : test::compilers) {
        pair_of_two const both(compiler);
        both.compile(hidden);
        both.link_host("switchback.a");
        both.link_guest("switchback.a -Wl,--exclude-libs,ALL");
        both.check("own thread goes", "own");
        both.check("own main stays", "own");
    }
}

TEST_CASE("two Switchbacks of one version, neither hidden") {
    for (std::string const compiler : test::compilers) {
        pair_of_two const both(compiler);
        both.compile("");
        both.link_guest("switchback.a");
        // The host's is the one that both use, where the host exports it: no thread-local object is the
        // library's.
        both.link_host("-rdynamic switchback.a");
        both.check("shared main goes", "shared");
        // Where it does not, each has its own.
        both.link_host("switchback.a");
        both.check(std::string("own thread ") + goes_unless_unique(compiler), "own");
    }
}

TEST_CASE("nothing of a library is touched after it was unloaded, as AddressSanitizer sees it") {
    pair_of_two const both("g++", "-g1 -fsanitize=address");
    both.compile(hidden);
    both.link_host(exports_all);
    both.link_guest("");
    both.check("shared thread goes", "own", "ASAN_OPTIONS=detect_stack_use_after_return=1 ");
    both.link_host("switchback.a");
    both.link_guest("switchback.a -Wl,--exclude-libs,ALL");
    // The free lists of a Switchback are never given back, so that frames may outlive everything: those
    // of the library are lost with it.
    both.check("own thread goes", "own", "ASAN_OPTIONS=detect_leaks=0 ");
}
