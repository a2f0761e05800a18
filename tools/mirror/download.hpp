// One piece of work for a downloader, and what comes of it.
#pragma once

#include "links.hpp"
#include "url.hpp"

#include <cstdint>
#include <vector>

namespace mirror {

struct request {
    url address;
    bool may_change_host = true; // by a redirect
};

struct download {
    url address; // after redirects
    std::vector<link> links;
    std::int64_t bytes = 0;
};

} // namespace mirror
