// What a shared library and the program that loads it say to each other. Both are made of this header,
// each with the visibility that the test gives it.
#pragma once

#include <switchback/switchback.hpp>

#include <stdexcept>
#include <string>

namespace guest {

// Thrown on one side and caught on the other, by type.
struct shared_error : std::runtime_error {
    explicit shared_error(int code_) : std::runtime_error("shared"), code(code_) {}
    int code;
};

enum class fault { none, misuse, cancelled, shared, standard, number };

[[noreturn]] inline void commit(fault what) {
    switch (what) {
    case fault::misuse: throw switchback::not_ready{};
    case fault::cancelled: throw switchback::cancelled{};
    case fault::shared: throw shared_error{7};
    case fault::standard: throw std::out_of_range("standard");
    case fault::none:
    case fault::number: break;
    }
    throw 42;
}

// What is caught here, by handlers of a body.
struct name_fault {
    switchback::task<int> failing;
    std::string name{};

    switchback::step operator()(switchback::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(std::move(failing));
            name = "none";
        } SB_CATCH(switchback::misuse const& error) {
            name = "misuse";
        } SB_CATCH(switchback::cancelled const& error) {
            name = "cancelled";
        } SB_CATCH(shared_error const& error) {
            name = error.code == 7 ? "shared" : "another one";
        } SB_CATCH(std::logic_error const& error) {
            name = "standard";
        } SB_CATCH(int const& error) {
            name = error == 42 ? "number" : "another one";
        } SB_END_TRY
        SB_RETURN(name);
        SB_END();
    }
};

// The library's side. Every function is called by the host, on the thread of its scheduler.
struct interface {
    // Waits on a timer and on a worker, then returns twice n.
    switchback::task<int> (*twice)(int n);
    // Fails after it has waited.
    switchback::task<int> (*failing)(fault what);
    // Catches what the host's task fails with.
    switchback::task<std::string> (*catching)(switchback::task<int> failing);
    // Sleeps for an hour; its finally adds 1 to the counter.
    switchback::task<void> (*sleeper)(int* cleaned_up);
    // 0, 1, 2, … limit - 1, then 100 + the code of the shared_error that may be thrown in.
    switchback::any_generator<int> (*numbers)(int limit);
    // Runs a task on a scheduler of its own.
    int (*run_alone)(int n);
    // What there may be one or two of in a program.
    void const* (*address_of_core)();
    switchback::unhandled_error_handler (*handler)();
    void (*forget)();
};

} // namespace guest

extern "C" __attribute__((visibility("default"))) guest::interface const* guest_interface();
