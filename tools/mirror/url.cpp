#include "url.hpp"

#include <curl/curl.h>

#include <memory>
#include <new>

namespace mirror {

namespace {

struct handle_deleter {
    void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
};
using url_handle = std::unique_ptr<CURLU, handle_deleter>;

struct curl_deleter {
    void operator()(char* text) const noexcept { curl_free(text); }
};

std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(handle, which, &text, flags) != CURLUE_OK) return {};
    return std::unique_ptr<char, curl_deleter>(text).get();
}

std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(unsigned char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// Characters that browsers escape when a page's author did not.
bool needs_escape(unsigned char c) noexcept {
    return c <= ' ' || c >= 0x7f ||
           std::string_view("\"<>\\^`{|}").find(static_cast<char>(c)) != std::string_view::npos;
}

void append_escaped(std::string& text, unsigned char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    text += {'%', digits[c >> 4], digits[c & 15]};
}

// One spelling for each address (RFC 3986, 6.2.2). It comes before libcurl removes the dot
// segments, so that "%2e%2e" is seen for the ".." that it is.
std::string normal_escapes(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const c = static_cast<unsigned char>(text[i]);
        int const high = c == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        int const low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low >= 0) {
            auto const meant = static_cast<unsigned char>(high * 16 + low);
            if (is_unreserved(meant)) {
                result += static_cast<char>(meant);
            } else {
                append_escaped(result, meant);
            }
            i += 2;
        } else if (c == '%' || needs_escape(c)) {
            append_escaped(result, c);
        } else {
            result += static_cast<char>(c);
        }
    }
    return result;
}

// As HTML says: blanks around an address and line breaks inside it mean nothing.
std::string tidy(std::string_view text) {
    auto const blank = std::string_view(" \t\n\f\r");
    auto const first = text.find_first_not_of(blank);
    if (first == text.npos) return {};
    text = text.substr(first, text.find_last_not_of(blank) - first + 1);
    std::string result;
    for (char const c : text) {
        if (c != '\t' && c != '\n' && c != '\r') result += c;
    }
    return result.substr(0, result.find('#'));
}

} // namespace

std::optional<url> url::parse(std::string_view text) {
    return read(nullptr, text);
}

std::optional<url> url::resolve(std::string_view reference) const {
    return read(text_.c_str(), reference);
}

std::optional<url> url::read(char const* base, std::string_view reference) {
    auto const handle = url_handle(curl_url());
    if (!handle) throw std::bad_alloc();
    auto const text = normal_escapes(tidy(reference));
    if (base != nullptr && curl_url_set(handle.get(), CURLUPART_URL, base, 0) != CURLUE_OK) {
        return std::nullopt;
    }
    if (text.empty() && base == nullptr) return std::nullopt;
    // libcurl takes an empty reference for a mistake, while in a page it means "this page".
    if (!text.empty() && curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
        return std::nullopt;
    }

    // User names and passwords are left out: they have no place in file names and reports.
    url result;
    result.scheme_ = part(handle.get(), CURLUPART_SCHEME);
    if (result.scheme_ != "http" && result.scheme_ != "https") return std::nullopt;
    result.host_ = lower_case(part(handle.get(), CURLUPART_HOST));
    result.port_ = part(handle.get(), CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    result.path_ = part(handle.get(), CURLUPART_PATH);
    auto const query = part(handle.get(), CURLUPART_QUERY);
    if (!query.empty()) result.query_ = "?" + query;
    if (result.host_.empty() || result.path_.empty()) return std::nullopt;
    result.text_ = result.scheme_ + "://" + result.host_;
    if (!result.port_.empty()) result.text_ += ":" + result.port_;
    result.text_ += result.path_ + result.query_;
    return result;
}

} // namespace mirror
