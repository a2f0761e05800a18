#include "site.hpp"

#include "random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace demonstration {
namespace {

constexpr std::size_t pages = 20;
constexpr std::size_t articles = 15;
constexpr std::size_t styles = 6;
constexpr std::size_t scripts = 8;
constexpr std::size_t images = 100;
constexpr std::size_t shared_images = 8;
constexpr std::size_t failing = 5;

std::string page_target(std::size_t i) {
    auto number = std::to_string(i);
    switch (i % 4) {
    case 0:
        return "/rooms/" + number + ".html";
    case 1:
        return "/catalogue?shelf=" + number + "&sort=newest";
    case 2:
        return "/people/" + number + "/";
    default:
        return "/news/2005/" + number + ".html";
    }
}

std::string article_target(std::size_t i) {
    auto number = std::to_string(i);
    return i % 3 == 0 ? "/articles/read?id=" + number : "/articles/" + number + ".html";
}

// Half of what users wait for takes under 60 ms, and 95 % of it under 400 ms. The cap keeps one
// unlucky draw from deciding the whole run.
std::chrono::milliseconds draw_delay(random_source& random) {
    auto const sigma = std::log(400.0 / 60.0) / 1.645; // 1.645 deviations: the 95th percentile
    auto drawn = std::min(1500.0, random.log_normal(60.0, sigma));
    return std::chrono::milliseconds{std::lround(drawn)};
}

std::string random_bytes(random_source& random, std::size_t size) {
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(),
        [&] { return static_cast<char>(static_cast<unsigned char>(random.bits())); });
    return bytes;
}

std::string escape_attribute(std::string_view text) {
    std::string escaped;
    for (char c : text) {
        if (c == '&')
            escaped += "&amp;";
        else
            escaped += c;
    }
    return escaped;
}

std::string write_link(resource const& from, resource const& to, random_source& random) {
    auto reference = random.below(2) == 0 ? to.target : relative_reference(from.target, to.target);
    if (to.what == kind::page && random.below(4) == 0) reference += "#contents";
    auto written = escape_attribute(reference);
    switch (to.what) {
    case kind::page:
        return "<p><a href=\"" + written + "\">" + written + "</a></p>\n";
    case kind::style:
        return "<link rel=\"stylesheet\" href=\"" + written + "\">\n";
    case kind::script:
        return "<script src=\"" + written + "\"></script>\n";
    case kind::image:
        return "<img src=\"" + written + "\" alt=\"\">\n";
    }
    return {};
}

std::string write_page(site const& site, resource const& page, random_source& random) {
    std::string head = "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>" +
                       escape_attribute(page.target) + "</title>\n";
    // A mirror that is told to stay on its host has to leave this alone; .invalid never resolves.
    std::string body = "<p><a href=\"http://elsewhere.invalid/\">Our friends</a></p>\n";
    for (auto index : page.links) {
        auto const& to = site.resources[index];
        auto& part = to.what == kind::style || to.what == kind::script ? head : body;
        part += write_link(page, to, random);
    }
    return head + "</head>\n<body id=\"contents\">\n" + body + "</body>\n</html>\n";
}

std::string write_body(site const& site, resource const& made, random_source& random) {
    switch (made.what) {
    case kind::page:
        return write_page(site, made, random);
    case kind::image:
        return random_bytes(random, 1024 + random.below(8 * 1024));
    case kind::style:
        return "/* " + made.target + " */\nbody { margin: 2em; }\n";
    case kind::script:
        return "// " + made.target + "\ndocument.title += ' ';\n";
    }
    return {};
}

// Adds `count` resources, whose targets are made from their numbers, and returns the first's
// index.
template <typename Target>
std::size_t add(site& site, kind what, std::size_t count, Target target) {
    auto first = site.resources.size();
    for (std::size_t i = 1; i <= count; ++i) {
        site.resources.emplace_back();
        site.resources.back().target = target(i);
        site.resources.back().what = what;
    }
    return first;
}

auto numbered(std::string before, std::string after) {
    return [=](std::size_t i) { return before + std::to_string(i) + after; };
}

void link(resource& from, std::size_t to) {
    if (std::find(from.links.begin(), from.links.end(), to) == from.links.end()) {
        from.links.push_back(to);
    }
}

} // namespace

resource const* site::find(std::string_view target) const {
    auto found = std::find_if(resources.begin(), resources.end(),
        [&](resource const& each) { return each.target == target; });
    return found == resources.end() ? nullptr : &*found;
}

site make_site(std::uint64_t seed) {
    random_source random{seed};
    site made;
    auto& all = made.resources;

    auto start = add(made, kind::page, 1, [](std::size_t) { return "/"; });
    auto first_page = add(made, kind::page, pages, page_target);
    auto first_article = add(made, kind::page, articles, article_target);
    auto first_style = add(made, kind::style, styles, numbered("/style/", ".css"));
    auto first_script = add(made, kind::script, scripts, numbered("/script/", ".js?v=7"));
    auto first_image = add(made, kind::image, images, numbered("/img/", ".png"));
    auto page_at = [&](std::size_t i) -> resource& { return all[first_page + i % pages]; };

    for (std::size_t i = 0; i < pages; ++i) link(all[start], first_page + i);
    for (std::size_t i = 0; i < 3; ++i) link(all[start], first_image + i);

    // Everything below the pages has one page that is certain to link to it; dealing them out in
    // turn gives every page its share.
    for (std::size_t i = 0; i < articles; ++i) link(page_at(i), first_article + i);
    for (std::size_t i = 0; i < styles; ++i) link(page_at(i), first_style + i);
    for (std::size_t i = 0; i < scripts; ++i) link(page_at(i), first_script + i);
    for (std::size_t i = 0; i < images; ++i) link(page_at(i), first_image + i);

    // And then what is shared, back links and cross links: nothing new, to be fetched only once.
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& page = all[i];
        if (page.what != kind::page) continue;
        link(page, first_style);
        link(page, first_script);
        link(page, first_image + random.below(shared_images));
        link(page, first_image + random.below(shared_images));
        if (i == start) continue;
        link(page, start);
        link(page, first_page + random.below(pages));
        link(page, first_page + random.below(pages));
    }

    for (auto& each : all) each.delay = draw_delay(random);

    // The start page must not fail: a mirror may well give up there and then.
    std::vector<std::size_t> candidates(all.size() - 1);
    std::iota(candidates.begin(), candidates.end(), std::size_t{1});
    for (std::size_t i = 0; i < failing; ++i) {
        std::swap(candidates[i], candidates[i + random.below(candidates.size() - i)]);
        all[candidates[i]].fails_first = true;
    }

    for (auto& each : all) each.body = write_body(made, each, random);
    return made;
}

std::string relative_reference(std::string_view from, std::string_view to) {
    auto path_of = [](std::string_view target) { return target.substr(0, target.find('?')); };
    auto from_path = path_of(from);
    auto to_path = path_of(to);
    auto query = to.substr(to_path.size());
    if (from_path == to_path && !query.empty()) return std::string{query};

    std::size_t shared = 0; // the length of the directories that both have
    for (std::size_t i = 0; i < from_path.size() && i < to_path.size(); ++i) {
        if (from_path[i] != to_path[i]) break;
        if (from_path[i] == '/') shared = i + 1;
    }
    std::string reference;
    for (auto i = shared; i < from_path.size(); ++i) {
        if (from_path[i] == '/') reference += "../";
    }
    reference += to_path.substr(shared);
    if (reference.empty()) reference = "./";
    return reference.append(query);
}

} // namespace demonstration
