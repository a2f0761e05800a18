// The links of an HTML page, in the order in which they stand there, each as an absolute address.
#pragma once

#include "url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mirror {

enum class link_kind {
    page,      // leads elsewhere: <a>
    requisite, // needed to show this page: images, style sheets, scripts
};

struct link {
    url address;
    link_kind kind;
};

// `charset` is what the server said the page is written in, or empty.
std::vector<link> find_links(std::string html, url const& address, std::string const& charset = {});

} // namespace mirror
