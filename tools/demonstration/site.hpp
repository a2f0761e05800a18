// The demonstration's web site: a value, made from a seed by a pure function.
//
//     site const example = make_site(1);
//     example.resources.front().target;      // "/": the start page
//
// The start page links to twenty pages; those link to articles, images, styles and scripts. So two
// links lead from the start page to everything. What is shared (the logo, the main style) is linked
// to from everywhere, and must be fetched once nevertheless. References are written as people
// write them: absolute, relative, with queries and fragments.
#pragma once

#include "kind.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace demonstration {

struct resource {
    std::string target; // Path and query, as the request line has it
    kind what = kind::page;
    std::string body{};
    std::chrono::milliseconds delay{}; // From the request to the answer
    bool fails_first = false;          // Answers 503 the first time it is asked for
    std::vector<std::size_t> links{};  // Into site::resources; pages alone have any
};

struct site {
    std::vector<resource> resources; // The start page first

    resource const* find(std::string_view target) const;
};

// How many links a mirror must follow from page to page to find everything.
inline constexpr int site_depth = 2;

site make_site(std::uint64_t seed);

// How to write `to` in a page at `from`, in the shortest relative way.
std::string relative_reference(std::string_view from, std::string_view to);

} // namespace demonstration
