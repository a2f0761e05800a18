#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#include <switchback/attached.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

std::vector<exception_group::member> attached_in(trace const* gathered) {
    std::vector<exception_group::member> found;
    if (gathered == nullptr) return found;
    gathered->visit_attached([&](std::exception_ptr const& error, trace const* way) {
        found.push_back({error, way == nullptr ? traceback() : traceback(*way)});
    });
    return found;
}

std::string attached_as_text(trace const* gathered) {
    auto const others = attached_in(gathered);
    if (others.empty()) return {};
    auto text = "and " + std::to_string(others.size()) + (others.size() == 1 ? " more error:\n" : " more errors:\n");
    for (auto const& each : others) text += each.way.to_string() + describe_whole(each.error);
    return text;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
