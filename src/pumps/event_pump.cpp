#include <switchback/event_pump.hpp>

#include <switchback/errors.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

void event_pump::serve(pump_client* client) {
    if (client != nullptr && client_ != nullptr) detail::raise<pump_in_use>();
    client_ = client;
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
