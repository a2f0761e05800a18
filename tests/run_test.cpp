#include <switchback/run.hpp>

#include <switchback/offload.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_group.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "support/frames.hpp"
#include "support/standard_error.hpp"

namespace sb = switchback;
#if defined(CAN_READ_STDERR)
using test::said_by;
#endif
using test::value_after;
using namespace std::chrono_literals;

namespace {

struct fails_inside {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ms));
        SB_AWAIT(test::failure_after{"inside"});
        SB_END();
    }
};

struct fails_in_group {
    std::optional<sb::task_group> group{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(fails_inside{});
        } SB_END_WITH
        SB_END();
    }
};

} // namespace

TEST_CASE("run gives a task's integer as the program's exit status, and 0 for a task without a "
          "result") {
    CHECK(sb::run(value_after{3, 1ms}) == 3);
    CHECK(sb::run(sb::sleep(1ms)) == 0);
    CHECK(sb::run(sb::offload([] { return 4; })) == 4);
    CHECK(sb::run(sb::task<int>(value_after{5})) == 5);
}

#if defined(CAN_READ_STDERR)
TEST_CASE("run prints an exception with its traceback to standard error, and gives 1") {
    int status = 0;
    auto const said = said_by([&] { status = sb::run(fails_inside{}); });
    CHECK(status == 1);
    CHECK(said.find("Traceback (most recent call last):\n") == 0);
    CHECK(said.find("fails_inside") < said.find("failure_after"));
    CHECK(said.find("\nstd::runtime_error: inside\n") != std::string::npos);
}

TEST_CASE("run prints the members of a group of errors, each with its traceback") {
    auto const said = said_by([&] { CHECK(sb::run(fails_in_group{}) == 1); });
    CHECK(said.find("Traceback (most recent call last):\n") == 0);
    CHECK(said.find("fails_in_group") < said.find("exception_group: 1 error: "));
    auto const inner = said.find("  | Traceback (most recent call last):\n");
    CHECK(inner != std::string::npos);
    CHECK(said.find("fails_inside", inner) != std::string::npos);
    CHECK(said.find("\n  | std::runtime_error: inside\n") != std::string::npos);
}

TEST_CASE("run prints nothing for a task that ends well") {
    CHECK(said_by([] { sb::run(value_after{0}); }).empty());
}

TEST_CASE("run prints a cancellation that leaves the program's task, and gives 1") {
    int status = 0;
    auto const said = said_by([&] {
        status = sb::run([own = sb::future<void>()](sb::returns<void>& co) mutable {
            SB_BEGIN(co);
            own = co.start(test::sleeper{});
            own.cancel();
            SB_AWAIT(own);
            SB_END();
        });
    });
    CHECK(status == 1);
    CHECK(said.find("cancelled") != std::string::npos);
}
#endif

TEST_CASE("a program's task may start others, which are cancelled when it has ended") {
    test::words log;
    CHECK(sb::run([&log](sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(test::logger{&log, "left over"});
        SB_AWAIT(sb::sleep(1ms));
        SB_END();
    }) == 0);
    CHECK(log.back() == "left over has cleaned up");
}

TEST_CASE("run takes options for the worker pool") {
    sb::worker_options one;
    one.threads = 1;
    CHECK(sb::run(sb::offload([] { return 2; }), one) == 2);
}
