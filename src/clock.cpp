#include <switchback/clock.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

clock const& steady_clock() noexcept {
    class steady final : public clock {
        time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    };
    static steady const instance;
    return instance;
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
