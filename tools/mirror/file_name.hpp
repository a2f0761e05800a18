// Where the copy of an address is kept, relative to the output directory:
//
//     https://example.org/docs/        example.org/docs/index.html
//     https://example.org/a/pic.png    example.org/a/pic.png
//     https://example.org/a.css?v=2    example.org/a-1f6c2b0d9e8a7350.css
//     http://localhost:8080/a          localhost:8080/a
//
// The name depends on the address alone, never on the order in which addresses turn up, and two
// addresses never share one. Whatever cannot stand in a name as it is (a query, an over-long or
// empty segment, an "index.html" beside the one that stands for the directory) is replaced or
// marked by a hash. No part of a name is ever "." or ".." or holds a slash, so a name cannot lead
// out of the directory.
#pragma once

#include "url.hpp"

#include <string>
#include <string_view>

namespace mirror {

std::string file_name(url const& address);

// The name a file takes when a directory needs `name` ("/a" next to "/a/b").
std::string name_beside(std::string_view name);

} // namespace mirror
