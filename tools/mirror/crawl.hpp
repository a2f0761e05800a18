// The state of one crawl: which addresses are known, which to fetch next, what became of them.
// It fetches nothing itself and is not thread-safe; whoever runs it does the fetching and the
// waiting, and tells it the outcome:
//
//     for (request const& job : site.first()) ...
//     for (request const& job : site.accept(done, download)) ...
//     site.reject(done, failure);
//
// Each address is handed out once. Which addresses these are depends on the pages alone, not on
// the order in which outcomes come in.
#pragma once

#include "download.hpp"
#include "links.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "url.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <unordered_map>
#include <vector>

namespace mirror {

struct failure {
    std::string reason;
    std::string traceback; // where it came from, several lines; may be empty
};

failure describe(std::exception const& error);

struct rejected {
    url address;
    failure why;
};

class crawl {
public:
    crawl(url start, options const& asked, progress& watcher);

    std::vector<request> first();
    std::vector<request> accept(request const& job, download&& result);
    void reject(request const& job, failure why);

    // All that was handed out came back.
    bool finished() const noexcept { return outstanding_ == 0; }
    int fetched() const noexcept { return fetched_; }
    std::int64_t bytes() const noexcept { return bytes_; }
    std::vector<rejected> const& failures() const noexcept { return failures_; }

private:
    struct resource {
        int depth; // links from the start page, by the shortest way known so far
        std::vector<link> links;
    };

    std::vector<request> follow(resource& from);
    bool wanted(link const& to, int depth) const;

    url start_;
    int max_depth_;
    bool same_host_;
    progress& watcher_;
    std::string host_; // the only one, with --same-host
    std::unordered_map<std::string, resource> known_;
    std::size_t outstanding_ = 0;
    int fetched_ = 0;
    std::int64_t bytes_ = 0;
    std::vector<rejected> failures_;
};

} // namespace mirror
