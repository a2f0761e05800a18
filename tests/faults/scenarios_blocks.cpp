// Blocks of a try, in which a task waits.
#include "frames.hpp"

#include <switchback/generator.hpp>
#include <switchback/with.hpp>

#include <optional>
#include <stdexcept>
#include <vector>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

SB_SCENARIO("aio C8: clean-up that awaits, at several levels") {
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, faults::guarded_chain{3});
            SB_AWAIT(faults::cleans_up{});
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(faults::value_after{3, 1s});
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio C10: clean-up within clean-up") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::sleep(1s));
        } SB_FINALLY {
            leaves_try();
            SB_TRY {
                enters_try();
                SB_AWAIT(faults::cleans_up{});
            } SB_FINALLY {
                leaves_try();
                SB_TRY {
                    enters_try();
                    SB_AWAIT(sb::yield_now());
                } SB_FINALLY {
                    leaves_try();
                    SB_AWAIT(sb::yield_now());
                } SB_END_TRY
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio C5: a cancellation is caught, and the task goes on") {
    int caught = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            while (caught < 2) {
                SB_TRY {
                    SB_AWAIT(sb::sleep(1s));
                    caught = 2;
                } SB_CATCH(sb::cancelled const& request) {
                    (void)request;
                    ++caught;
                    SB_AWAIT(sb::yield_now());
                } SB_END_TRY
            }
            SB_AWAIT(sb::sleep(1s));
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio C4: handlers of errors and of everything") {
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_TRY {
                SB_AWAIT(faults::fails_after{});
            } SB_CATCH_ERRORS {
                SB_AWAIT(sb::yield_now());
                SB_RAISE();
            } SB_END_TRY
        } SB_CATCH_ALL {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("gen I1: errors that are raised while others are handled") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_TRY {
                enters_try();
                SB_TRY {
                    SB_AWAIT(faults::fails_after{});
                } SB_CATCH(faults::failure const& error) {
                    (void)error;
                    SB_AWAIT(faults::fails_after{});
                } SB_END_TRY
            } SB_FINALLY {
                leaves_try();
                SB_AWAIT(faults::guarded_chain{1, true});
            } SB_END_TRY
        } SB_CATCH(faults::failure const& error) {
            (void)error;
            SB_AWAIT(sb::yield_now());
        } SB_CATCH(std::bad_alloc const& error) {
            (void)error;
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct lock {
    explicit lock(int& count) : held(&count) { ++*held; }
    lock(lock&& other) noexcept : held(std::exchange(other.held, nullptr)) {}
    lock& operator=(lock&&) = delete;
    ~lock() {
        if (held != nullptr) --*held;
    }
    int* held;
    test::live alive{};
};

struct counts_up {
    test::live alive{};
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            for (i = 0; i < 3; ++i) SB_YIELD(i);
            throw std::runtime_error("enough");
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

SB_SCENARIO("gen G6: a resource is held across awaits") {
    int count = 0;
    std::optional<lock> held{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_WITH(held, lock(count)) {
            CHECK(count == 1);
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(faults::cleans_up{});
        } SB_END_WITH
        CHECK(count == 0);
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("gen F7: a task walks a generator that has clean-up of its own") {
    sb::generator<counts_up> numbers{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            while (numbers.next() != nullptr) SB_AWAIT(sb::sleep(1s));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};
