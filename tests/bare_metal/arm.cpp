// A Cortex-M3 with nothing around it: its vectors, its memory, and semihosting to be heard.
#include "cases.hpp"

#include <switchback/misuse_handler.hpp>

extern "C" {
extern unsigned char stack_top[], data_load[], data_start[], data_end[], bss_start[], bss_end[];
void reset();
void fault();
}

namespace {

long call_host(long operation, void const* argument) {
    register long r0 asm("r0") = operation;
    register void const* r1 asm("r1") = argument;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

[[noreturn]] void exit_with(int status) {
    static long block[2];
    block[0] = 0x20026; // the application has ended
    block[1] = status;
    call_host(0x20, block);
    for (;;) {
    }
}

void end_with_misuse(char const* sentence) {
    bare::print("misuse: ");
    bare::print(sentence);
    bare::print("\n");
    exit_with(3);
}

} // namespace

namespace bare {
void print(char const* text) { call_host(4, text); }
} // namespace bare

// Compilers call these for loops that they recognise.
extern "C" void* memcpy(void* to, void const* from, unsigned size) {
    auto* into = static_cast<unsigned char volatile*>(to);
    auto const* at = static_cast<unsigned char const*>(from);
    while (size-- != 0) *into++ = *at++;
    return to;
}
extern "C" void* memset(void* to, int value, unsigned size) {
    auto* into = static_cast<unsigned char volatile*>(to);
    while (size-- != 0) *into++ = static_cast<unsigned char>(value);
    return to;
}

void fault() {
    bare::print("a fault\n");
    exit_with(2);
}

void reset() {
    memcpy(data_start, data_load, static_cast<unsigned>(data_end - data_start));
    memset(bss_start, 0, static_cast<unsigned>(bss_end - bss_start));
    switchback::set_misuse_handler(end_with_misuse);
    exit_with(bare::run_cases() == 0 ? 0 : 1);
}

struct vector_table {
    unsigned char* stack;
    void (*handlers[15])();
};
[[gnu::section(".vectors"), gnu::used]] vector_table const vectors = {stack_top,
    {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault}};
