// The web that the crawlers crawl: a few pages, each of which takes its time to arrive, and what is
// needed to find one's way in them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace examples {

struct page {
    std::string content;
    std::chrono::milliseconds delay;
};

// What a crawler brings home: the content of each file, by its name.
using files = std::map<std::string, std::string>;

class site {
public:
    using waiting = std::function<void(std::chrono::milliseconds)>;

    // `wait` is called for each delay, on the thread that asked. It sleeps, unless told otherwise.
    explicit site(std::map<std::string, page> pages, waiting wait = sleep)
        : pages_(std::move(pages)), wait_(std::move(wait)) {}

    // Blocks until the page has arrived, as urllib2.urlopen(url).read() does. On any thread. Throws
    // std::runtime_error where there is no such page.
    std::string urlopen(std::string const& url) const {
        auto const found = find(url);
        if (found == nullptr) throw std::runtime_error("404 " + url);
        wait_(found->delay);
        return found->content;
    }

    // Null where there is no such page.
    page const* find(std::string const& url) const {
        auto const found = pages_.find(url);
        return found == pages_.end() ? nullptr : &found->second;
    }

private:
    static void sleep(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

    std::map<std::string, page> pages_;
    waiting wait_;
};

// A page that links to others, which link to others and back.
inline std::map<std::string, page> small_site() {
    using namespace std::chrono_literals;
    return {
        {"http://site/index.html",
            {"<link href='http://site/style.css'><a href='http://site/news.html'>News</a>"
             "<a href='http://site/about.html'>About</a><img src='http://site/logo.png'>"
             "<script src='http://site/menu.js'></script><a href='http://site/tour.mov'>A tour</a>",
                100ms}},
        {"http://site/news.html",
            {"<link href='http://site/style.css'><a href='http://site/index.html'>Home</a>"
             "<img src='http://site/party.jpg'><img src='http://site/castle.jpg'>"
             "<img src='http://site/beach.jpg'>",
                150ms}},
        {"http://site/about.html",
            {"<link href='http://site/style.css'><a href='http://site/index.html'>Home</a>"
             "<a href='http://site/news.html'>News</a><img src='http://site/team.jpg'>"
             "<img src='http://site/map.gif'>",
                120ms}},
        {"http://site/style.css", {"body { color: black }", 60ms}},
        {"http://site/menu.js", {"open('menu')", 80ms}},
        {"http://site/logo.png", {"(a logo)", 110ms}},
        {"http://site/party.jpg", {"(a party)", 180ms}},
        {"http://site/castle.jpg", {"(a castle)", 90ms}},
        {"http://site/beach.jpg", {"(a beach)", 140ms}},
        {"http://site/team.jpg", {"(a team)", 170ms}},
        {"http://site/map.gif", {"(a map)", 70ms}},
    };
}

// What a page links to, and what is worth having of that. (Our pages have their links in single quotes.)
inline std::vector<std::string> extract_urls(std::string const& content) {
    static std::set<std::string> const extensions_we_want{"gif", "png", "jpg", "jpeg", "css", "js", "html"};
    std::vector<std::string> urls;
    for (auto at = content.find("='"); at != content.npos; at = content.find("='", at)) {
        at += 2;
        auto const url = content.substr(at, content.find('\'', at) - at);
        auto const extension = url.substr(url.rfind('.') + 1);
        if (extensions_we_want.count(extension) != 0) urls.push_back(url);
    }
    return urls;
}

inline std::string filename_for_url(std::string const& url) { return url.substr(url.rfind('/') + 1); }

} // namespace examples
