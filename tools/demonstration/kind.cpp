#include "kind.hpp"

#include <initializer_list>

namespace demonstration {

std::string_view name_of(kind what) {
    switch (what) {
    case kind::page:
        return "page";
    case kind::style:
        return "style";
    case kind::script:
        return "script";
    case kind::image:
        return "image";
    }
    return "";
}

std::string_view content_type_of(kind what) {
    switch (what) {
    case kind::page:
        return "text/html; charset=utf-8";
    case kind::style:
        return "text/css";
    case kind::script:
        return "text/javascript";
    case kind::image:
        return "image/png";
    }
    return "";
}

kind kind_of_url(std::string_view url) {
    auto path = url.substr(0, url.find_first_of("?#"));
    auto dot = path.find_last_of("./");
    if (dot == path.npos || path[dot] == '/') return kind::page;

    auto extension = path.substr(dot + 1);
    if (extension == "css") return kind::style;
    if (extension == "js" || extension == "mjs") return kind::script;
    for (auto image : {"png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico"}) {
        if (extension == image) return kind::image;
    }
    return kind::page;
}

} // namespace demonstration
