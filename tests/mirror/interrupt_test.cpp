#include "interrupt.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <future>
#include <thread>
#include <unistd.h>

using mirror::interrupt;
using mirror::interrupt_callback;
using namespace std::chrono_literals;

TEST_SUITE("interrupt") {
    TEST_CASE("a signal calls the callbacks, in another thread") {
        for (int const signal : {SIGINT, SIGTERM}) {
            interrupt stop;
            std::promise<std::thread::id> called;
            interrupt_callback const callback(
                stop, [&called] { called.set_value(std::this_thread::get_id()); });
            ::kill(::getpid(), signal);
            bool const elsewhere = called.get_future().get() != std::this_thread::get_id();
            CHECK(elsewhere);
            CHECK(stop.requested());
        }
    }

    TEST_CASE("a signal ends a wait") {
        interrupt stop;
        ::kill(::getpid(), SIGINT);
        CHECK(stop.wait_for(24h));
    }

    TEST_CASE("a wait without a signal runs its time") {
        interrupt const stop;
        CHECK_FALSE(stop.wait_for(0s));
    }

    TEST_CASE("a callback that comes after the request is called at once") {
        interrupt stop;
        stop.request();
        bool called = false;
        interrupt_callback const callback(stop, [&called] { called = true; });
        CHECK(called);
    }

    TEST_CASE("a callback is called once, and not after its end") {
        interrupt stop;
        int calls = 0;
        {
            interrupt_callback const gone(stop, [&calls] { calls += 100; });
        }
        interrupt_callback const callback(stop, [&calls] { ++calls; });
        stop.request();
        stop.request();
        CHECK(calls == 1);
    }
}
