// What sort of thing a resource is: what the pictures are coloured by.
#pragma once

#include <array>
#include <string_view>

namespace demonstration {

enum class kind { page, style, script, image };

inline constexpr std::array all_kinds{kind::page, kind::style, kind::script, kind::image};

std::string_view name_of(kind what);
std::string_view content_type_of(kind what);

// The kind that a URL looks like. A real site is known by nothing but its URLs: the trace of a
// mirror does not tell the content types.
kind kind_of_url(std::string_view url);

} // namespace demonstration
