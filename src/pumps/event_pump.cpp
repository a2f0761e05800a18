#include <switchback/event_pump.hpp>

#include <switchback/errors.hpp>

namespace switchback {
inline namespace v0 {

void event_pump::serve(pump_client* client) {
    if (client != nullptr && client_ != nullptr) throw pump_in_use{};
    client_ = client;
}

} // namespace v0
} // namespace switchback
