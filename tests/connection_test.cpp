#include <switchback/testing/connection.hpp>

#include <switchback/run_in_parallel.hpp>
#include <switchback/sleep.hpp>
#include <switchback/testing/explore.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "support/fixture.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;
using sb::testing::connection;
using sb::testing::connection_options;
using sb::testing::stream;
using test::words;

namespace {

// Reads to the end: what each read has given, and when.
struct read_all {
    stream* from;
    words* into;
    std::size_t at_once = 100;
    std::array<char, 4096> buffer{};
    std::size_t size = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT_INTO(size, from->read(buffer.data(), at_once));
            if (size == 0) break;
            into->emplace_back(buffer.data(), size);
        }
        into->emplace_back("the end");
        SB_END();
    }
};

struct write_words {
    stream* to;
    words texts;
    std::chrono::nanoseconds pause = 0ns;
    std::size_t i = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; i < texts.size(); ++i) {
            SB_AWAIT(to->write(texts[i].data(), texts[i].size()));
            if (pause > 0ns) SB_AWAIT(sb::sleep(pause));
        }
        to->end_writing();
        SB_END();
    }
};

// Gives back what it gets: the example in <switchback/byte_stream.hpp>.
template <class Stream>
struct echo {
    Stream stream;
    char buffer[512] = {};
    std::size_t size = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT_INTO(size, stream.read(buffer, sizeof buffer));
            if (size == 0) break;
            SB_AWAIT(stream.write(buffer, size));
        }
        stream.end_writing();
        SB_END();
    }
};

struct connected : test::virtual_time_with_log {
    connection wire{scheduler};
    char buffer[100] = {};

    std::string read(stream& from, std::size_t most = sizeof buffer) {
        return std::string(buffer, scheduler.run(from.read(buffer, most)));
    }
    void write(stream& to, std::string const& text) { scheduler.run(to.write(text.data(), text.size())); }
};

template <class Awaitable>
std::errc error_of(sb::task_scheduler& scheduler, Awaitable&& what) {
    try {
        scheduler.run(static_cast<Awaitable&&>(what));
    } catch (std::system_error const& error) {
        return static_cast<std::errc>(error.code().value());
    }
    return {};
}

struct no_stream {
    void read(void*, std::size_t);
};

} // namespace

TEST_CASE("own ST1: what reads, writes, ends and closes is a byte stream") {
    CHECK(sb::is_byte_stream<stream>);
    CHECK_FALSE(sb::is_byte_stream<no_stream>);
    CHECK_FALSE(sb::is_byte_stream<int>);
}

TEST_CASE_FIXTURE(connected, "own ST2: what one side writes the other reads, in both directions") {
    write(wire.client, "ping");
    CHECK(read(wire.server) == "ping");
    write(wire.server, "pong");
    CHECK(read(wire.client) == "pong");
}

TEST_CASE_FIXTURE(connected, "own ST1: a protocol that is a template of its stream") {
    auto const server = scheduler.start(echo<stream>{std::move(wire.server)});
    write(wire.client, "again");
    CHECK(read(wire.client) == "again");
    wire.client.end_writing();
    CHECK(read(wire.client).empty());
    CHECK(server.ready());
}

TEST_CASE_FIXTURE(connected, "own ST2: a read gives what there is, no more than was asked for, and keeps the rest") {
    write(wire.client, "he");
    write(wire.client, "llo");
    CHECK(read(wire.server, 4) == "hell");
    CHECK(read(wire.server, 4) == "o");
}

TEST_CASE_FIXTURE(connected, "own ST2: a read waits for a byte") {
    auto const reader = scheduler.start(wire.server.read(buffer, 10));
    pump.run_ready();
    CHECK_FALSE(reader.ready());
    write(wire.client, "x");
    pump.run_ready();
    CHECK(reader.get() == 1);
}

TEST_CASE_FIXTURE(connected, "own ST3: behind what was written the other side reads the end, and may still write") {
    write(wire.client, "last");
    wire.client.end_writing();
    CHECK(read(wire.server) == "last");
    CHECK(read(wire.server).empty());
    CHECK(read(wire.server).empty());
    write(wire.server, "thanks");
    CHECK(read(wire.client) == "thanks");
    CHECK(error_of(scheduler, wire.client.write("x", 1)) == std::errc::broken_pipe);
}

TEST_CASE_FIXTURE(connected, "own ST3: a stream that is closed, or destroyed, has written its end, and reads nothing") {
    write(wire.client, "bye");
    { stream const last = std::move(wire.client); }
    CHECK(read(wire.server) == "bye");
    CHECK(read(wire.server).empty());
    CHECK(error_of(scheduler, wire.server.write("x", 1)) == std::errc::broken_pipe);
    CHECK(error_of(scheduler, wire.client.read(buffer, 1)) == std::errc::bad_file_descriptor);
    CHECK(error_of(scheduler, wire.client.write("x", 1)) == std::errc::bad_file_descriptor);
}

TEST_CASE_FIXTURE(connected, "own ST3: to close a stream ends what waits in it, on both sides") {
    auto const reading = scheduler.start(wire.server.read(buffer, 1));
    auto const writing = scheduler.start(write_words{&wire.server, {std::string(100000, 'x')}});
    auto const other = scheduler.start(write_words{&wire.client, {}});
    pump.run_ready();
    CHECK(reading.get() == 0);
    wire.client.close();
    CHECK(error_of(scheduler, writing) == std::errc::broken_pipe);
}

TEST_CASE_FIXTURE(connected, "own ST3: so does one's own") {
    auto const reading = scheduler.start(wire.server.read(buffer, 1));
    auto const writing = scheduler.start(write_words{&wire.server, {std::string(100000, 'x')}});
    pump.run_ready();
    wire.server.close();
    CHECK(error_of(scheduler, reading) == std::errc::bad_file_descriptor);
    CHECK(error_of(scheduler, writing) == std::errc::bad_file_descriptor);
}

TEST_CASE("own ST4: a write waits where the other side does not read") {
    test::virtual_time_with_log here;
    connection_options how;
    how.capacity = 4;
    connection wire(here.scheduler, how);
    auto const writer = here.scheduler.start(write_words{&wire.client, {"123456789"}});
    here.pump.run_ready();
    CHECK_FALSE(writer.ready());
    here.scheduler.run(read_all{&wire.server, &here.log, 3});
    CHECK(writer.ready());
    CHECK(here.log == words{"123", "4", "567", "8", "9", "the end"});
}

TEST_CASE("own ST5: bytes arrive after the delay, in their order, and so does the end") {
    test::virtual_time_with_log here;
    connection_options how;
    how.delay = 2s;
    connection wire(here.scheduler, how);
    auto const writer = here.scheduler.start(write_words{&wire.client, {"one", "two", "three"}, 1s});
    here.scheduler.run(read_all{&wire.server, &here.log});
    CHECK(here.log == words{"one", "two", "three", "the end"});
    CHECK(here.passed() == 5s);
}

// quoted: echo
TEST_CASE("own ST5: an answer takes there and back") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    auto const begin = pump.now();
    sb::testing::connection_options how;
    how.delay = 30ms;
    sb::testing::connection wire{scheduler, how};
    auto const server = scheduler.start(echo<sb::testing::stream>{std::move(wire.server)});

    char answer[5] = {};
    scheduler.run(wire.client.write("hello", 5));
    CHECK(scheduler.run(wire.client.read(answer, sizeof answer)) == 5);
    CHECK(pump.now() - begin == 60ms);

    wire.lose();
    CHECK_THROWS_AS(scheduler.run(wire.client.read(answer, sizeof answer)), std::system_error);
    CHECK_THROWS_AS(server.get(), std::system_error);
}
// end of quote

TEST_CASE("own ST5: bytes come no faster than the bandwidth") {
    test::virtual_time_with_log here;
    connection_options how;
    how.bytes_per_second = 1000;
    connection wire(here.scheduler, how);
    auto const writer = here.scheduler.start(write_words{&wire.client, {std::string(3000, 'x')}});
    std::array<char, 4096> buffer;
    CHECK(here.scheduler.run(wire.server.read(buffer.data(), buffer.size())) == 1460);
    CHECK(here.passed() == 1460ms);
    here.scheduler.run(read_all{&wire.server, &here.log, 4096});
    CHECK(here.passed() == 3s);
}

TEST_CASE("own ST6: where the bytes are cut is chosen, and the same for the same seed") {
    auto const cuts = [](std::uint64_t seed) {
        test::virtual_time_with_log here;
        connection_options how;
        how.choose = sb::testing::seeded(seed);
        connection wire(here.scheduler, how);
        auto const writer = here.scheduler.start(write_words{&wire.client, {"a message of some length"}});
        here.scheduler.run(read_all{&wire.server, &here.log});
        return here.log;
    };
    CHECK(cuts(1) == cuts(1));
    CHECK(std::set<words>{cuts(1), cuts(2), cuts(3), cuts(4)}.size() > 1);
    std::string all;
    for (auto const& each : cuts(1)) all += each;
    CHECK(all == "a message of some lengththe end");
}

TEST_CASE_FIXTURE(connected, "own ST7: a connection that is lost fails on both sides, at once and from then on") {
    write(wire.client, "under way");
    auto const reader = scheduler.start(wire.client.read(buffer, 1));
    pump.run_ready();
    wire.lose();
    CHECK(wire.is_lost());
    pump.run_ready();
    CHECK(error_of(scheduler, reader) == std::errc::connection_reset);
    CHECK(error_of(scheduler, wire.server.read(buffer, 1)) == std::errc::connection_reset);
    CHECK(error_of(scheduler, wire.server.write("x", 1)) == std::errc::connection_reset);
    wire.server.end_writing();
}

TEST_CASE("own ST7: it is lost where it is said to be") {
    test::virtual_time_with_log here;
    connection_options how;
    int asked = 0;
    how.is_lost = [&] { return ++asked == 3; };
    connection wire(here.scheduler, how);
    here.scheduler.run(wire.client.write("x", 1));
    here.scheduler.run(wire.client.write("x", 1));
    CHECK(error_of(here.scheduler, wire.client.write("x", 1)) == std::errc::connection_reset);
    CHECK(wire.is_lost());
}

TEST_CASE_FIXTURE(connected, "own ST8: two tasks that read from one stream, or write to it, are told") {
    auto const reader = scheduler.start(wire.server.read(buffer, 1));
    pump.run_ready();
    CHECK_THROWS_WITH_AS(scheduler.run(wire.server.read(buffer, 1)), "read(): another task reads from this stream",
        sb::misuse);
    auto const writer = scheduler.start(write_words{&wire.server, {std::string(100000, 'x')}});
    pump.run_ready();
    CHECK_THROWS_WITH_AS(scheduler.run(wire.server.write("x", 1)), "write(): another task writes to this stream",
        sb::misuse);
    CHECK_THROWS_AS(scheduler.run(wire.client.read(buffer, 0)), sb::misuse);
}

TEST_CASE_FIXTURE(connected, "own ST8: a read that is cancelled has read nothing, and another may begin") {
    auto reader = scheduler.start(wire.server.read(buffer, 1));
    pump.run_ready();
    reader.cancel();
    pump.run_ready();
    CHECK(reader.cancelled());
    write(wire.client, "x");
    CHECK(read(wire.server) == "x");
}

TEST_CASE("own ST8: streams and connections may outlive their scheduler") {
    std::optional<connection> wire;
    char buffer[1];
    {
        test::virtual_time here;
        connection_options how;
        how.delay = 1s;
        wire.emplace(here.scheduler, how);
        auto const reader = here.scheduler.start(wire->server.read(buffer, 1));
        here.scheduler.run(wire->client.write("x", 1));
        here.pump.run_ready();
    }
    wire->client.close();
    wire.reset();
}

// ---- On a stage

namespace {

// Two messages of two letters each, whose reader takes what a read gives for a message.
struct whole_messages {
    std::optional<connection> wire{};
    words got{};
    words written{"ab", "cd"};

    void start(sb::testing::stage& on) {
        wire.emplace(on);
        on.start("writer", write_words{&wire->client, written});
        on.start("reader", read_all{&wire->server, &got});
    }
    void check(sb::testing::stage& on) {
        if (!on.is_disturbed() && got != words{"ab", "cd", "the end"}) on.fail("messages are torn");
    }
    void state(sb::testing::fingerprint& of) const { of << *wire << got; }
};

struct bytes : whole_messages {
    void check(sb::testing::stage& on) {
        std::string all;
        for (auto const& each : got) all += each;
        if (!on.is_disturbed() && all != "abcdthe end") on.fail("bytes are missing");
    }
};

// Nobody knows that a connection may be lost.
struct without_care : bytes {};

sb::testing::exploration_limits undisturbed() {
    sb::testing::exploration_limits limits;
    limits.disturb.most = 0;
    return limits;
}

} // namespace

TEST_CASE("own ST6: on a stage bytes are cut everywhere") {
    auto const torn = sb::testing::explore<whole_messages>(undisturbed());
    CHECK(torn.finding == "messages are torn");
    auto const whole = sb::testing::explore<bytes>(undisturbed());
    INFO(whole.to_string());
    CHECK(whole.is_clean());
    CHECK(whole.runs > 5);
}

TEST_CASE("own ST7: on a stage the connection is lost everywhere") {
    auto limits = undisturbed();
    limits.disturb.most = 1;
    limits.disturb.cancels = limits.disturb.releases = false;
    auto const found = sb::testing::explore<without_care>(limits);
    CHECK(found.finding.find("the connection is lost") != std::string::npos);
}
