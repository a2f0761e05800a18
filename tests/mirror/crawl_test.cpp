#include "crawl.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace mirror;

namespace {

url address(std::string const& name) {
    auto const host = name.find('.') == name.npos ? "h/" : "";
    return url::parse("http://" + std::string(host) + name).value();
}

link page(std::string const& name) {
    return {address(name), link_kind::page};
}
link image(std::string const& name) {
    return {address(name), link_kind::requisite};
}

using site_map = std::map<std::string, std::vector<link>>;

// Which addresses a crawl fetches; `pick` chooses the next of those that wait.
template <typename Pick>
std::vector<std::string> fetched(site_map const& pages, options const& asked, Pick pick) {
    progress watcher(progress::display::none);
    crawl site(address("start"), asked, watcher);
    std::vector<std::string> result;
    auto waiting = site.first();
    while (!waiting.empty()) {
        auto const next = waiting.begin() + static_cast<std::ptrdiff_t>(pick(waiting.size()));
        auto const job = *next;
        waiting.erase(next);
        auto const name = job.address.text().substr(9);
        result.push_back(name);
        auto const links = pages.find(name);
        auto const found = site.accept(
            job, {job.address, links == pages.end() ? std::vector<link>() : links->second, 0});
        waiting.insert(waiting.end(), found.begin(), found.end());
    }
    CHECK(site.finished());
    std::sort(result.begin(), result.end());
    return result;
}

std::vector<std::string> fetched(site_map const& pages, options const& asked) {
    return fetched(pages, asked, [](std::size_t) { return 0; });
}

options depth(int number) {
    options asked;
    asked.depth = number;
    return asked;
}

using names = std::vector<std::string>;

} // namespace

TEST_SUITE("crawl") {
    TEST_CASE("depth 1 is the start page, what it links to, and what those need to be shown") {
        site_map const site{{"start", {page("a"), image("i")}}, {"a", {page("b"), image("j")}}};
        CHECK(fetched(site, depth(0)) == names{"i", "start"});
        CHECK(fetched(site, depth(1)) == names{"a", "i", "j", "start"});
        CHECK(fetched(site, depth(2)) == names{"a", "b", "i", "j", "start"});
    }

    TEST_CASE("what is only needed to show a page does not lead further than the page") {
        site_map const site{{"start", {image("i")}}, {"i", {page("a"), image("j")}}};
        CHECK(fetched(site, depth(0)) == names{"i", "start"});
    }

    TEST_CASE("an address is handed out once, though linked in a circle and many times") {
        site_map const site{{"start", {page("a"), page("a"), image("a"), page("start")}},
            {"a", {page("start"), page("a"), image("start")}}};
        CHECK(fetched(site, depth(9)) == names{"a", "start"});
    }

    TEST_CASE("with same_host, only the start page's host is asked") {
        site_map const site{{"start", {page("x.org/a"), image("x.org/i"), page("b")}}};
        auto asked = depth(1);
        asked.same_host = true;
        CHECK(fetched(site, asked) == names{"b", "start"});
    }

    TEST_CASE("the order in which pages come in does not change what is fetched") {
        // "z" is near by "short", but a crawl that is slow there finds it by the long way first.
        site_map const site{{"start", {page("long"), page("short")}}, {"long", {page("longer")}},
            {"longer", {page("z")}}, {"short", {page("z")}}, {"z", {page("beyond"), image("i")}},
            {"beyond", {page("too far")}}};
        auto const first = fetched(site, depth(3));
        CHECK(std::count(first.begin(), first.end(), "beyond") == 1);
        CHECK(fetched(site, depth(3), [](std::size_t size) { return size - 1; }) == first);
        for (unsigned seed = 1; seed < 50; ++seed) {
            auto state = seed;
            CHECK(fetched(site, depth(3), [&state](std::size_t size) {
                state = state * 1664525 + 1013904223;
                return (state >> 16) % size;
            }) == first);
        }
    }
}
