// Cases each of which fails: tests/doctest_header_test.cpp looks at what this program prints.
#include <switchback/doctest.hpp>

#include <switchback/doctest_interleavings.hpp>
#include <switchback/sleep.hpp>
#include <switchback/testing/connection.hpp>

#include <optional>
#include <stdexcept>
#include <string>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct gives_up {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        throw std::runtime_error("no such page");
        SB_END();
    }
};

struct waits_for_the_other {
    sb::future<void> const* other;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(*other);
        SB_END();
    }
};

struct sleeps {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    }
};

struct never_ends {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

struct requires_too_much {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        REQUIRE(1 == 2);
        SB_END();
    }
};

} // namespace

SB_TEST_CASE("an error comes out of the task") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(gives_up{});
        SB_END();
    }
};

SB_TEST_CASE("a deadlock") {
    sb::future<void> one{};
    sb::future<void> other{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        one = co.start(waits_for_the_other{&other});
        other = co.start(waits_for_the_other{&one});
        SB_AWAIT(one);
        SB_END();
    }
};

SB_TEST_CASE("a deadlock of tasks with names") {
    sb::future<void> one{};
    sb::future<void> other{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.set_name("the case");
        one = co.start(waits_for_the_other{&other});
        one.set_name("the first");
        other = co.start(waits_for_the_other{&one});
        SB_AWAIT(one);
        SB_END();
    }
};

SB_TEST_CASE("an unhandled error") {
    sb::future<void> unseen{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        unseen = co.start(gives_up{});
        SB_AWAIT(sb::sleep(2s));
        SB_END();
    }
};

SB_TEST_CASE("tasks are left") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(sleeps{});
        co.start_detached(sleeps{});
        SB_END();
    }
};

SB_TEST_CASE("a task that never ends is left") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(never_ends{});
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_TEST_CASE("a requirement") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(requires_too_much{});
        SB_END();
    }
};

SB_TEST_CASE("a requirement in a task that is let run") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(requires_too_much{});
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

TEST_CASE("a check for tasks") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    scheduler.start_detached(sleeps{});
    pump.run_ready();
    sb::testing::expect_no_tasks(scheduler);
}

TEST_CASE("words for exceptions") {
    CHECK_NOTHROW(throw sb::cancelled{});
    CHECK_NOTHROW(throw sb::generator_exit{});
}

// ---- In many orders

namespace {

struct adds {
    int* sum;
    int by;
    int seen = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        seen = *sum;
        SB_AWAIT(sb::yield_now());
        *sum = seen + by;
        SB_END();
    }
};

// quoted: chat
// Two lines, with a second in between.
struct says {
    sb::testing::stream to;
    std::string text{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        text = "hello\n";
        SB_AWAIT(to.write(text.data(), text.size()));
        SB_AWAIT(sb::sleep(1s));
        text = "bye\n";
        SB_AWAIT(to.write(text.data(), text.size()));
        SB_END();
    }
};

struct listens {
    sb::testing::stream from;
    std::string* heard;
    char line[80] = {};
    std::size_t size = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT_INTO(size, from.read(line, sizeof line));
            if (size == 0) break;
            *heard += "<" + std::string(line, size - 1) + ">";
        }
        SB_END();
    }
};
// end of quote

} // namespace

// quoted: torn
SB_INTERLEAVINGS("every line is heard", 1000) {
    std::optional<sb::testing::connection> wire{};
    std::string heard{};

    void start(sb::testing::stage& on) {
        wire.emplace(on);
        on.start("one", says{std::move(wire->client)});
        on.start("other", listens{std::move(wire->server), &heard});
    }
    void check(sb::testing::stage&) { CHECK(heard == "<hello><bye>"); }
};
// end of quote

SB_EVERY_ORDER("an update is lost, or two") {
    int sum = 0;
    void start(sb::testing::stage& on) {
        on.start("one", adds{&sum, 1});
        on.start("two", adds{&sum, 2});
    }
    void check(sb::testing::stage&) {
        INFO("what came of it");
        CHECK(sum == 3);
    }
};

SB_EVERY_ORDER("nobody expects a cancellation", sb::testing::disturbances{}) {
    int sum = 0;
    void start(sb::testing::stage& on) { on.start("one", adds{&sum, 1}); }
    void check(sb::testing::stage&) { CHECK(sum == 1); }
};

SB_INTERLEAVINGS("a requirement in many orders", 10) {
    void start(sb::testing::stage& on) { on.start("one", requires_too_much{}); }
    void check(sb::testing::stage&) {}
};

SB_ONE_ORDER("a task fails in one order", "0:1") {
    int sum = 0;
    void start(sb::testing::stage& on) {
        on.start("one", adds{&sum, 1});
        on.start("two", gives_up{});
    }
    void check(sb::testing::stage&) {}
};
