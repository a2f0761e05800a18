#include "url.hpp"

#include <doctest/doctest.h>

using mirror::url;

namespace {

std::string text_of(std::optional<url> const& address) {
    return address ? address->text() : "none";
}

std::string parsed(char const* text) {
    return text_of(url::parse(text));
}

std::string resolved(char const* reference) {
    return text_of(url::parse("http://host:81/a/b/page.html?q=1")->resolve(reference));
}

} // namespace

TEST_SUITE("url") {
    TEST_CASE("addresses that mean the same have one spelling") {
        CHECK(parsed("HTTP://Example.ORG") == "http://example.org/");
        CHECK(parsed("http://example.org:80/") == "http://example.org/");
        CHECK(parsed("https://example.org:443/") == "https://example.org/");
        CHECK(parsed("http://h/a/./b/../%7eme/") == "http://h/a/~me/");
        CHECK(parsed("http://h/%c3%a9") == "http://h/%C3%A9");
        CHECK(parsed("http://h/\xc3\xa9 \"x\"") == "http://h/%C3%A9%20%22x%22");
        CHECK(parsed("http://h/?") == "http://h/");
    }

    TEST_CASE("a fragment is dropped") {
        CHECK(parsed("http://h/a#b") == "http://h/a");
        CHECK(parsed("http://h#b") == "http://h/");
        CHECK(parsed("http://h/a?b#c?d") == "http://h/a?b");
    }

    TEST_CASE("dot segments never climb above the root, however they are spelt") {
        CHECK(parsed("http://h/../../etc/passwd") == "http://h/etc/passwd");
        CHECK(parsed("http://h/%2e%2e/%2E./etc/passwd") == "http://h/etc/passwd");
        CHECK(parsed("http://h/a/..%2f..%2fetc") == "http://h/a/..%2F..%2Fetc");
    }

    TEST_CASE("only http and https are addresses for us") {
        CHECK(parsed("ftp://h/") == "none");
        CHECK(parsed("javascript:void(0)") == "none");
        CHECK(parsed("mailto:a@b") == "none");
        CHECK(parsed("h/x") == "none");
        CHECK(parsed("") == "none");
        CHECK(resolved("data:,x") == "none");
        CHECK(resolved("tel:1") == "none");
    }

    TEST_CASE("a reference is resolved against the page's address") {
        CHECK(resolved("x.png") == "http://host:81/a/b/x.png");
        CHECK(resolved("../x.png") == "http://host:81/a/x.png");
        CHECK(resolved("../../../x.png") == "http://host:81/x.png");
        CHECK(resolved("/x.png") == "http://host:81/x.png");
        CHECK(resolved("//other/x.png") == "http://other/x.png");
        CHECK(resolved("?q=2") == "http://host:81/a/b/page.html?q=2");
        CHECK(resolved("") == "http://host:81/a/b/page.html?q=1");
        CHECK(resolved("#top") == "http://host:81/a/b/page.html?q=1");
        CHECK(resolved(" \n x\ty.png ") == "http://host:81/a/b/xy.png");
    }

    TEST_CASE("an address knows its parts") {
        auto const address = url::parse("http://user:word@Host:81/a/b?q").value();
        CHECK(address.text() == "http://host:81/a/b?q");
        CHECK(address.scheme() == "http");
        CHECK(address.host() == "host");
        CHECK(address.port() == "81");
        CHECK(address.path() == "/a/b");
        CHECK(address.query() == "?q");
    }
}
