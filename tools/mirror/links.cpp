#include "links.hpp"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <optional>

namespace mirror {

namespace {

struct document_deleter {
    void operator()(xmlDoc* document) const noexcept { xmlFreeDoc(document); }
};
using document = std::unique_ptr<xmlDoc, document_deleter>;

xmlChar const* as_xml(char const* text) {
    return reinterpret_cast<xmlChar const*>(text);
}

bool is_utf_16(std::string const& html) {
    return html.compare(0, 2, "\xff\xfe") == 0 || html.compare(0, 2, "\xfe\xff") == 0;
}

// The server's word, else UTF-8 when the page is that, else what the page says of itself, else the
// ISO-8859-1 of old.
char const* encoding_of(std::string const& html, std::string const& charset) {
    if (!charset.empty()) return charset.c_str();
    if (is_utf_16(html)) return nullptr;
    if (xmlCheckUTF8(as_xml(html.c_str())) != 0) return "UTF-8";
    return html.find("charset") == html.npos ? "ISO-8859-1" : nullptr;
}

document parse(std::string html, std::string const& charset) {
    // libxml2 takes a NUL for the end of the page, browsers pass over it.
    if (!is_utf_16(html)) std::replace(html.begin(), html.end(), '\0', ' ');
    constexpr int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                            HTML_PARSE_NONET | HTML_PARSE_COMPACT |
                            static_cast<int>(XML_PARSE_HUGE);
    if (html.size() > std::numeric_limits<int>::max()) throw std::bad_alloc();
    auto const size = static_cast<int>(html.size());
    auto const encoding = encoding_of(html, charset);
    return document(htmlReadMemory(html.data(), size, nullptr, encoding, options));
}

std::optional<std::string> attribute(xmlNode* element, char const* name) {
    struct deleter {
        void operator()(xmlChar* text) const noexcept { xmlFree(text); }
    };
    auto const text = std::unique_ptr<xmlChar, deleter>(xmlGetNoNsProp(element, as_xml(name)));
    if (!text) return std::nullopt;
    return reinterpret_cast<char const*>(text.get());
}

// Calls `visit(element, name)` for all elements in document order; a loop, since pages may be
// nested deeper than our stack.
template <typename Visitor> void for_each_element(xmlNode* root, Visitor const& visit) {
    xmlNode* node = root;
    while (node != nullptr) {
        if (node->type == XML_ELEMENT_NODE) {
            visit(node, std::string_view(reinterpret_cast<char const*>(node->name)));
        }
        if (node->children != nullptr && node->type == XML_ELEMENT_NODE) {
            node = node->children;
            continue;
        }
        while (node != nullptr && node->next == nullptr) node = node->parent;
        if (node != nullptr) node = node->next;
    }
}

constexpr std::string_view blank = " \t\n\f\r";

// "a.png 1x, b.png 2x" names a.png and b.png. A comma may be part of an address; only one at its
// end, or after its descriptor, separates.
std::vector<std::string> srcset_addresses(std::string_view text) {
    std::vector<std::string> result;
    for (;;) {
        auto const start = text.find_first_not_of(" \t\n\f\r,");
        if (start == text.npos) return result;
        text.remove_prefix(start);
        auto const end = std::min(text.find_first_of(blank), text.size());
        auto address = text.substr(0, end);
        text.remove_prefix(end);
        if (address.back() == ',') {
            address = address.substr(0, address.find_last_not_of(',') + 1);
        } else {
            text.remove_prefix(std::min(text.find(','), text.size()));
        }
        result.emplace_back(address);
    }
}

enum class relation { page, requisite, none };

// <link> serves for many things: style sheets and icons, but also "the next page", and hints that
// name no resource at all.
relation relation_of(xmlNode* element) {
    auto words = attribute(element, "rel").value_or("");
    for (char& c : words) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    auto const has = [&words](std::string_view word) { return words.find(word) != words.npos; };
    if (has("stylesheet") || has("icon") || has("preload") || has("manifest")) {
        return relation::requisite;
    }
    if (has("preconnect") || has("dns-prefetch") || has("pingback")) return relation::none;
    return words.empty() ? relation::requisite : relation::page;
}

class collector {
public:
    collector(xmlNode* root, url const& address) : base_(address) {
        bool seen = false; // only the first <base> with an address counts
        for_each_element(root, [&](xmlNode* element, std::string_view name) {
            if (seen || name != "base") return;
            auto const reference = attribute(element, "href");
            if (!reference) return;
            seen = true;
            if (auto const base = address.resolve(*reference)) base_ = *base;
        });
        for_each_element(
            root, [this](xmlNode* element, std::string_view name) { take(element, name); });
    }

    std::vector<link> links;

private:
    void take(xmlNode* element, std::string_view name) {
        if (name == "a") {
            add(attribute(element, "href"), link_kind::page);
        } else if (name == "link") {
            auto const relation = relation_of(element);
            if (relation == relation::none) return;
            bool const needed = relation == relation::requisite;
            add(attribute(element, "href"), needed ? link_kind::requisite : link_kind::page);
        } else if (name == "script" || name == "img" || name == "source") {
            add(attribute(element, "src"), link_kind::requisite);
            if (name == "script") return;
            for (auto const& reference :
                srcset_addresses(attribute(element, "srcset").value_or(""))) {
                add(reference, link_kind::requisite);
            }
        }
    }

    void add(std::optional<std::string> const& reference, link_kind kind) {
        // An empty `src` asks for nothing, an empty `href` for the page itself.
        if (!reference || (reference->empty() && kind == link_kind::requisite)) return;
        if (auto address = base_.resolve(*reference)) links.push_back({*std::move(address), kind});
    }

    url base_;
};

} // namespace

std::vector<link> find_links(std::string html, url const& address, std::string const& charset) {
    if (html.empty()) return {};
    auto const page = parse(std::move(html), charset);
    if (!page) return {};
    return collector(xmlDocGetRootElement(page.get()), address).links;
}

} // namespace mirror
