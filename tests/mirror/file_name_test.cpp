#include "file_name.hpp"

#include <doctest/doctest.h>

#include <set>

using mirror::url;

namespace {

std::string name_of(std::string const& address) {
    return mirror::file_name(url::parse(address).value());
}

bool leads_outside(std::string const& name) {
    auto const parts = "/" + name + "/";
    return parts.find("/../") != parts.npos || parts.find("/./") != parts.npos ||
           parts.find("//") != parts.npos || parts.find('\0') != parts.npos;
}

} // namespace

TEST_SUITE("file_name") {
    TEST_CASE("a file is kept under its host and path") {
        CHECK(name_of("https://example.org/a/b.png") == "example.org/a/b.png");
        CHECK(name_of("http://localhost:8080/a") == "localhost:8080/a");
    }

    TEST_CASE("a trailing slash stands for index.html") {
        CHECK(name_of("https://h/") == "h/index.html");
        CHECK(name_of("https://h/a/") == "h/a/index.html");
    }

    TEST_CASE("blanks and letters beyond ASCII are shown as they are") {
        CHECK(name_of("https://h/caf%C3%A9%20au%20lait.html") == "h/caf\xc3\xa9 au lait.html");
    }

    TEST_CASE("a query is kept in a hash, before the extension") {
        auto const name = name_of("https://h/a.css?v=2");
        CHECK(name.substr(0, 4) == "h/a-");
        CHECK(name.substr(name.size() - 4) == ".css");
        CHECK(name.size() == std::string("h/a-0123456789abcdef.css").size());
    }

    TEST_CASE("no two addresses share a name") {
        std::set<std::string> names;
        auto const addresses = {"https://h/", "https://h/?", "https://h/index.html", "https://h/?a",
            "https://h/?b", "https://h/index.html?a", "https://h/a", "https://h/a/",
            "https://h/a?a", "https://h//", "https://h///", "https://h/%2F", "https://h/%252F",
            "https://h/a%3Bb", "https://h/a;b", "https://h/A", "http://h/", "https://h:80/a",
            "https://h:81/a", "https://h/a%3Fa"};
        for (auto const address : addresses) names.insert(name_of(address));
        // "https://h/?" is "https://h/".
        CHECK(names.size() == addresses.size() - 1);
    }

    TEST_CASE("a name that looks like one of our hashes gets a hash of its own") {
        auto const ours = name_of("https://h/a.css?v=2");
        CHECK(name_of("https://" + ours) != ours);
        auto const beside = mirror::name_beside("a");
        CHECK(name_of("https://h/" + beside) != "h/" + beside);
    }

    TEST_CASE("a name never leads out of its directory") {
        for (std::string const path : {"../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd",
                 "..%2f..%2fx", "%2E%2E%5c..%5Cx", "..\\..\\x", "a/%00/b", "a%00", "./.", ".%2e",
                 "//..//", "%2f%2f", "%252e%252e/x", "..;/x", "...", "?../../x"}) {
            CAPTURE(path);
            CHECK_FALSE(leads_outside(name_of("https://h/" + path)));
        }
        for (std::string const host : {"..", ".", "...."}) {
            auto const address = url::parse("https://" + host + "/x");
            if (address) CHECK_FALSE(leads_outside(mirror::file_name(*address)));
        }
    }

    TEST_CASE("an over-long name is shortened, and kept apart from others with the same start") {
        auto const start = "https://h/" + std::string(5'000, 'x');
        auto const one = name_of(start + "1.html");
        auto const two = name_of(start + "2.html");
        CHECK(one != two);
        CHECK(one.size() < 255);
        CHECK(one.substr(one.size() - 5) == ".html");
        CHECK(name_of(start + "/a").size() < 255);
        CHECK(name_of("https://h/a." + std::string(5'000, 'x')).size() < 255);
    }
}
