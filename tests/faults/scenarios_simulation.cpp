// What simulates the world outside: connections in memory, jobs without threads.
#include "frames.hpp"

#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/testing/connection.hpp>
#include <switchback/testing/simulated_workers.hpp>

#include <memory>
#include <optional>
#include <string>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

namespace {

struct gives_back {
    sb::testing::stream stream;
    char buffer[4] = {};
    std::size_t size = 0;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            for (;;) {
                SB_AWAIT_INTO(size, stream.read(buffer, sizeof buffer));
                if (size == 0) break;
                SB_AWAIT(stream.write(buffer, size));
            }
            stream.end_writing();
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

struct says_and_ends {
    sb::testing::stream* stream;
    std::string text;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(stream->write(text.data(), text.size()));
        stream->end_writing();
        SB_END();
    }
};

struct hears {
    sb::testing::stream* stream;
    char buffer[3] = {};
    std::size_t size = 0;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        do SB_AWAIT_INTO(size, stream->read(buffer, sizeof buffer));
        while (size != 0);
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own ST2, own ST3, own ST4, own ST5: there and back through a narrow connection", faults::may_report) {
    std::optional<sb::testing::connection> wire{};
    sb::future<void> server{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        {
            sb::testing::connection_options how;
            how.delay = 1s;
            how.bytes_per_second = 10;
            how.capacity = 6;
            how.choose = sb::testing::seeded(1);
            wire.emplace(faults::scheduler(), how);
        }
        server = co.start(gives_back{std::move(wire->server)});
        SB_AWAIT(sb::run_in_parallel(says_and_ends{&wire->client, "far away"}, hears{&wire->client}));
        SB_AWAIT(server);
        SB_END();
    }
};

SB_SCENARIO("own ST7: a connection is lost", faults::may_report) {
    std::optional<sb::testing::connection> wire{};
    sb::future<void> server{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        wire.emplace(faults::scheduler());
        server = co.start(gives_back{std::move(wire->server)});
        SB_AWAIT(sb::sleep(1s));
        wire->lose();
        SB_TRY {
            SB_AWAIT(server);
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own SJ1, own SJ4: jobs without threads") {
    std::unique_ptr<sb::testing::simulated_workers> workers{};
    sb::future<void> unwanted{};
    std::unique_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        {
            sb::testing::simulated_jobs how;
            how.threads = 1;
            how.duration = [](std::size_t) { return 1s; };
            workers = std::make_unique<sb::testing::simulated_workers>(faults::scheduler(), std::move(how));
        }
        unwanted = co.start(sb::offload([alive = test::live()] {}));
        SB_AWAIT(sb::yield_now());
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, sb::offload([alive = test::live()] { return std::make_unique<test::live>(); }));
            unwanted.reset();
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::offload([] {}));
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own SJ3: a simulated job fails") {
    std::unique_ptr<sb::testing::simulated_workers> workers{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        {
            sb::testing::simulated_jobs how;
            how.before = [](std::size_t number) {
                if (number == 0) throw faults::failure{};
            };
            workers = std::make_unique<sb::testing::simulated_workers>(faults::scheduler(), std::move(how));
        }
        SB_TRY {
            SB_AWAIT(sb::offload([alive = test::live()] {}));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::offload([alive = test::live()] {}));
        } SB_END_TRY
        SB_END();
    }
};
