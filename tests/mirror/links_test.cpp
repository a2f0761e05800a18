#include "links.hpp"

#include <doctest/doctest.h>

using namespace mirror;

namespace {

std::string links_of(std::string const& html, std::string const& charset = {}) {
    std::string result;
    for (auto const& [address, kind] :
        find_links(html, url::parse("http://h/d/").value(), charset)) {
        if (!result.empty()) result += ' ';
        result += (kind == link_kind::page ? "page:" : "") + address.text().substr(9);
    }
    return result;
}

} // namespace

TEST_SUITE("links") {
    TEST_CASE("an anchor leads to a page") {
        CHECK(links_of("<A HREF='x'>x</A>") == "page:d/x");
    }

    TEST_CASE("images, scripts, style sheets and sources are needed to show a page") {
        CHECK(links_of("<img src=i.png><script src=s.js></script><link rel=stylesheet href=c.css>"
                       "<video><source src=v.mp4></video>") == "d/i.png d/s.js d/c.css d/v.mp4");
    }

    TEST_CASE("a <link> is needed, leads to a page, or names nothing, by its relation") {
        CHECK(links_of("<link rel='Shortcut Icon' href=i>") == "d/i");
        CHECK(links_of("<link href=x>") == "d/x");
        CHECK(links_of("<link rel=next href=n>") == "page:d/n");
        CHECK(links_of("<link rel=preconnect href=//cdn>") == "");
    }

    TEST_CASE("a srcset names several images") {
        CHECK(links_of("<img srcset='a.png 1x, b,c.png 2x,d.png,  e.png'>") ==
              "d/a.png d/b,c.png d/d.png d/e.png");
    }

    TEST_CASE("the first <base> with an address counts, for links before it as well") {
        CHECK(
            links_of("<a href=x></a><base target=y><base href=/b/><base href=/c/>") == "page:b/x");
    }

    TEST_CASE("an element without an address links to nothing") {
        CHECK(
            links_of("<a name=x></a><img src=''><script>'<a href=x>'</script><!--<a href=y>-->") ==
            "");
    }

    TEST_CASE("entities in an address are read") {
        CHECK(links_of("<a href='x?a=1&amp;b=2'></a>") == "page:d/x?a=1&b=2");
    }

    TEST_CASE("letters beyond ASCII are read in the page's charset") {
        CHECK(links_of("<p>x</p><a href='\xc3\xa9'></a>") == "page:d/%C3%A9");
        CHECK(links_of("<p>x</p><a href='\xe9'></a>") == "page:d/%C3%A9");
        CHECK(links_of("<p>x</p><a href='\xe9'></a>", "ISO-8859-1") == "page:d/%C3%A9");
        CHECK(links_of("<meta charset=iso-8859-1><p>x</p><a href='\xe9'></a>") == "page:d/%C3%A9");
    }

    TEST_CASE("a malformed page gives the links that can be made out") {
        CHECK(links_of("") == "");
        CHECK(links_of("<") == "");
        CHECK(links_of("<table><a href=x><b><p></table></i><a href=y") == "page:d/x page:d/y");
        CHECK(links_of(std::string("<p>") + '\0' + "<a href=x></a>") == "page:d/x");
        CHECK(links_of("<a href=x></a>", "no-such-charset") == "page:d/x");
    }

    TEST_CASE("a page may be nested deeply") {
        std::string html;
        for (int i = 0; i < 50'000; ++i) html += "<div>";
        CHECK(links_of(html + "<a href=x>") == "page:d/x");
    }
}
