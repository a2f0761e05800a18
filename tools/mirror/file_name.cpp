#include "file_name.hpp"

#include <charconv>
#include <cstdint>

namespace mirror {

namespace {

// File systems allow 255 bytes; the hash and the extension must fit as well.
constexpr std::size_t longest_plain = 200;
constexpr std::size_t longest_extension = 16;
constexpr std::size_t hash_digits = 16;

// FNV-1a. std::hash may differ from one library to the next, and file names should not.
std::string hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (char const c : text) {
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    std::string digits(hash_digits, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, value >>= 4) {
        *digit = "0123456789abcdef"[value & 15];
    }
    return digits;
}

// Where the extension starts, or the end of the name.
std::size_t extension_of(std::string_view name) {
    auto const dot = name.rfind('.');
    bool const is_extension = dot != name.npos && dot != 0 && dot + 1 < name.size() &&
                              name.size() - dot <= longest_extension;
    return is_extension ? dot : name.size();
}

// "pic.png" -> "pic-0123456789abcdef.png"; the extension still tells what the file is.
std::string hashed(std::string_view name, std::string_view what) {
    auto const dot = extension_of(name);
    auto stem = std::string(name.substr(0, dot));
    if (stem.size() > longest_plain) stem.resize(longest_plain);
    return stem + "-" + hash(what) + std::string(name.substr(dot));
}

bool looks_hashed(std::string_view name) {
    auto const stem = name.substr(0, extension_of(name));
    if (stem.size() < hash_digits + 1) return false;
    auto const tail = stem.substr(stem.size() - hash_digits);
    return stem[stem.size() - hash_digits - 1] == '-' &&
           tail.find_first_not_of("0123456789abcdef") == tail.npos;
}

// The address has its escapes in normal form already. Blanks and letters beyond ASCII are shown as
// what they are; "%2F", "%00", "%25" and the like stay as they are, which keeps names apart and
// harmless.
std::string readable(std::string_view segment) {
    std::string name;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] == '%' && i + 2 < segment.size()) {
            unsigned code = 0;
            auto const digits = segment.data() + i + 1;
            std::from_chars(digits, digits + 2, code, 16);
            if (code == ' ' || code >= 0x80) {
                name += static_cast<char>(code);
                i += 2;
                continue;
            }
        }
        name += segment[i];
    }
    return name;
}

std::string segment_name(std::string_view segment) {
    auto name = readable(segment);
    bool const as_it_is = !name.empty() && name != "." && name != ".." &&
                          name.size() <= longest_plain && !looks_hashed(name);
    return as_it_is ? name : hashed(name, name);
}

std::string last_name(std::string_view segment, std::string_view query) {
    constexpr std::string_view index = "index.html";
    auto const name = segment.empty() ? std::string(index) : readable(segment);
    if (!query.empty()) return hashed(name, std::string(segment) + std::string(query));
    if (segment.empty()) return name;
    return segment == index ? hashed(name, name) : segment_name(segment);
}

// One host may serve different things over http and https.
std::string host_name(url const& address) {
    auto const plain = address.scheme() == "https" ? "" : ":80";
    auto const port = address.port().empty() ? plain : ":" + address.port();
    return segment_name(address.host() + port);
}

} // namespace

std::string file_name(url const& address) {
    auto name = host_name(address);
    auto rest = std::string_view(address.path()).substr(1);
    for (auto slash = rest.find('/'); slash != rest.npos; slash = rest.find('/')) {
        name += "/" + segment_name(rest.substr(0, slash));
        rest.remove_prefix(slash + 1);
    }
    return name + "/" + last_name(rest, address.query());
}

std::string name_beside(std::string_view name) {
    return hashed(name, name);
}

} // namespace mirror
