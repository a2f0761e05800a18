// An ATmega2560: eight bits, its own serial port to be heard.
#include "cases.hpp"

#include <switchback/misuse_handler.hpp>

namespace {

auto& status_register = *reinterpret_cast<unsigned char volatile*>(0xc0);  // UCSR0A
auto& control_register = *reinterpret_cast<unsigned char volatile*>(0xc1); // UCSR0B
auto& data_register = *reinterpret_cast<unsigned char volatile*>(0xc6);    // UDR0
auto& sleep_control = *reinterpret_cast<unsigned char volatile*>(0x53);    // SMCR

// Asleep with interrupts off, the simulator ends.
[[noreturn]] void stop() {
    sleep_control = 1;
    for (;;) asm volatile("cli\n\tsleep");
}

void end_with_misuse(char const* sentence) {
    bare::print("misuse: ");
    bare::print(sentence);
    bare::print("\n");
    stop();
}

} // namespace

namespace bare {
void print(char const* text) {
    control_register = 1 << 3; // the transmitter is on
    for (; *text != '\0'; ++text) {
        while ((status_register & 1 << 5) == 0) {
        }
        data_register = static_cast<unsigned char>(*text);
    }
}
} // namespace bare

// (Where nothing is hosted, main has no special name.)
extern "C" int main() {
    switchback::set_misuse_handler(end_with_misuse);
    bare::run_cases();
    stop();
}
