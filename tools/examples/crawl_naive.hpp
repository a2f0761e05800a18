// A crawler, the naive way: one page after the other. The whole program stands still until each has come.
#pragma once

#include "printer.hpp"
#include "site.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace examples {

// quoted: crawl
inline files crawl_naive(site const& web, std::string const& first, printer const& say) {
    files got;
    std::vector<std::string> urls_to_get{first};
    for (std::size_t index = 0; index < urls_to_get.size(); ++index) {
        auto const url = urls_to_get[index];
        say("fetching " + url);
        auto const content = web.urlopen(url);
        got[filename_for_url(url)] = content;
        for (auto const& link : extract_urls(content)) {
            auto const end = urls_to_get.end();
            if (std::find(urls_to_get.begin(), end, link) == end) urls_to_get.push_back(link);
        }
    }
    return got;
}
// end of quote

} // namespace examples
