// A web address, always absolute, always http or https, always in one normal form, so that two
// spellings of one address compare equal and are fetched once:
//
//     auto page = url::parse("HTTP://Example.org/a/../%7eme/#top");
//     page->text();                          // "http://example.org/~me/"
//     page->resolve("pic.png?v=2")->text();  // "http://example.org/~me/pic.png?v=2"
//
// Fragments are dropped: they name a place inside a resource, not another resource.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mirror {

class url {
public:
    // Nothing when `text` is no absolute http or https address.
    static std::optional<url> parse(std::string_view text);

    // What `reference` means in a page at this address; nothing when that is not http or https.
    std::optional<url> resolve(std::string_view reference) const;

    std::string const& text() const noexcept { return text_; }
    std::string const& scheme() const noexcept { return scheme_; }
    std::string const& host() const noexcept { return host_; }
    // Empty when it is the scheme's own.
    std::string const& port() const noexcept { return port_; }
    // Starts with '/', free of "." and ".." segments.
    std::string const& path() const noexcept { return path_; }
    // With its '?', or empty.
    std::string const& query() const noexcept { return query_; }

    friend bool operator==(url const& a, url const& b) noexcept { return a.text_ == b.text_; }
    friend bool operator!=(url const& a, url const& b) noexcept { return !(a == b); }

private:
    url() = default;

    static std::optional<url> read(char const* base, std::string_view reference);

    std::string text_;
    std::string scheme_;
    std::string host_;
    std::string port_;
    std::string path_;
    std::string query_;
};

} // namespace mirror
