#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#include <switchback/exception_group.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace {

std::string summary(std::vector<exception_group::member> const& errors) {
    auto text = std::to_string(errors.size()) + (errors.size() == 1 ? " error: " : " errors: ");
    for (auto const& each : errors) {
        if (&each != &errors.front()) text += "; ";
        text += describe(each.error);
    }
    return text;
}

// The text's lines, further to the right.
void append_indented(std::string& to, std::string const& text, std::string const& margin) {
    for (std::size_t at = 0; at < text.size();) {
        auto const end = text.find('\n', at);
        to += margin + text.substr(at, end == std::string::npos ? end : end - at) + "\n";
        if (end == std::string::npos) return;
        at = end + 1;
    }
}

} // namespace

exception_group::exception_group(std::vector<member> errors) {
    auto text = summary(errors);
    about_ = std::make_shared<contents const>(contents{std::move(errors), std::move(text)});
}

std::string exception_group::to_string() const {
    std::string text = std::string(what()) + "\n";
    std::size_t number = 0;
    for (auto const& each : errors()) {
        ++number;
        text += (number == 1 ? "+-+---------------- " : "  +---------------- ") + std::to_string(number) +
                " ----------------\n";
        append_indented(text, each.way.to_string(), "  | ");
        auto const* const inner = static_cast<exception_group const*>(detail::match<exception_group>(each.error));
        append_indented(text, inner == nullptr ? describe(each.error) : inner->to_string(), "  | ");
    }
    text += "  +------------------------------------\n";
    return text;
}

std::string detail::describe_whole(std::exception_ptr const& error) {
    auto const* const group =
        error == nullptr ? nullptr : static_cast<exception_group const*>(match<exception_group>(error));
    if (group == nullptr) return describe(error) + "\n";
    auto const members = group->to_string().substr(std::string(group->what()).size());
    return describe(error) + members;
}

} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
