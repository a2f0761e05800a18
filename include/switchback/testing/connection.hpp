// Two byte streams that are connected to one another, in memory and in virtual time: for tests of protocols.
//
//     sb::testing::connection wire{scheduler};
//     scheduler.start_detached(serve{std::move(wire.server)});
//     SB_AWAIT(wire.client.write("hello", 5));
//     SB_AWAIT_INTO(size, wire.client.read(buffer, sizeof buffer));
//
// What is written arrives after a delay, no faster than the bandwidth, and a write waits where the other side does
// not read. Where the bytes are cut into pieces is decided by `choose`, which on a stage (see stage.hpp) is each way
// in turn; there the connection may be lost as well, wherever something is read or written.
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/testing/connection.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/byte_stream.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/choice.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

class fingerprint;
class stage;

struct connection_options {
    std::chrono::nanoseconds delay = std::chrono::nanoseconds::zero();
    std::size_t bytes_per_second = 0; // 0: without a limit
    // In each direction: bytes that are under way, or have arrived and are not read. More wait in their write().
    std::size_t capacity = 65536;
    // How much a read gives of what there is. Plain: all of it. Else from a single byte to all but one: of up to
    // eight bytes any number, of more these two or the half. Must not throw.
    choice choose{};
    // Asked by each read and write; true: the connection is lost there. Must not throw.
    std::function<bool()> is_lost{};
    // Told where bytes are cut, and that the connection is lost. Must not throw.
    std::function<void(std::string)> tell{};
};

namespace detail_of_connection {
class wire;
}

// One end. A byte stream (see <switchback/byte_stream.hpp>), of its scheduler's thread. To read and to write
// allocates; the tasks that do so may outlive it.
class stream {
public:
    stream() = default; // closed
    stream(stream&&) noexcept = default;
    stream& operator=(stream&& other) noexcept {
        std::swap(wire_, other.wire_);
        std::swap(side_, other.side_);
        return *this;
    }
    ~stream() { close(); }

    [[nodiscard]] task<std::size_t> read(void* into, std::size_t size);
    [[nodiscard]] task<void> write(void const* from, std::size_t size);
    void end_writing() noexcept;
    void close() noexcept;

private:
    friend class connection;
    stream(std::shared_ptr<detail_of_connection::wire> of, int side) noexcept : wire_(std::move(of)), side_(side) {}

    std::shared_ptr<detail_of_connection::wire> wire_;
    int side_ = 0;
};

static_assert(is_byte_stream<stream>);

class connection {
public:
    explicit connection(task_scheduler& of, connection_options how = {});
    // Where nothing else is said, the stage decides how the bytes are cut, and whether the connection is lost.
    explicit connection(stage& on, connection_options how = {});
    connection(connection&&) noexcept = default;
    connection& operator=(connection&&) noexcept = default;

    // To be moved to those who use them; the rest of the connection may go meanwhile.
    stream client;
    stream server;

    // Cut from now on: what is under way is gone, and both sides fail with connection_reset.
    void lose() noexcept;
    bool is_lost() const noexcept;

    // What is under way and has not been read, for a program's state(): see explore.hpp.
    void state(fingerprint& of) const;

private:
    std::shared_ptr<detail_of_connection::wire> wire_;
};

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback
