#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/timed_call.hpp>
#    include <switchback/event.hpp>
#    include <switchback/testing/connection.hpp>
#    include <switchback/testing/stage.hpp>

#    include <algorithm>
#    include <list>
#    include <string>
#    include <system_error>
#    include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {
namespace detail_of_connection {

// Where there is a bandwidth, bytes arrive in packets no larger than this.
constexpr std::size_t packet_size = 1460;

[[noreturn]] void fail(std::errc why, char const* what) { throw std::system_error(std::make_error_code(why), what); }

// One direction.
class way final : private detail::timed_call {
public:
    way(detail::core& on, connection_options const& how) : timed_call(on), how_(how) {}

    // ---- The writing side

    std::size_t room() const noexcept { return how_.capacity - std::min(how_.capacity, present_); }
    void send(char const* from, std::size_t size) {
        std::list<packet> sent; // all of it, or, without memory, nothing
        auto is_free = std::max(free_, now());
        for (std::size_t at = 0, part = 0; at != size; at += part) {
            part = how_.bytes_per_second == 0 ? size : std::min(size - at, packet_size);
            if (how_.bytes_per_second != 0) is_free += part * 1'000'000'000u / how_.bytes_per_second;
            sent.push_back({is_free + delay(), std::string(from + at, part)});
        }
        packets_.splice(packets_.end(), sent);
        free_ = is_free;
        present_ += size;
        arrive();
    }
    void end() noexcept {
        if (std::exchange(is_ended_, true)) return;
        end_arrives_ = std::max(free_, now()) + delay();
        arrive();
    }
    bool is_ended() const noexcept { return is_ended_; }

    // ---- The reading side

    bool has_some() const noexcept { return !packets_.empty() && packets_.front().arrives <= now(); }
    bool has_end() const noexcept { return is_ended_ && packets_.empty() && end_arrives_ <= now(); }
    // Of what has arrived, so much at the most.
    std::size_t take(char* into, std::size_t most) {
        auto const there = std::min(most, arrived());
        auto const taken = how_many(there);
        if (taken != there && how_.tell) {
            how_.tell("reads " + std::to_string(taken) + " of " + std::to_string(there) + " bytes");
        }
        for (auto left = taken; left != 0;) {
            auto const& first = packets_.front().bytes;
            auto const part = first.copy(into, left, begin_);
            into += part;
            left -= part;
            begin_ += part;
            if (begin_ != first.size()) break;
            packets_.pop_front();
            begin_ = 0;
        }
        present_ -= taken;
        writable.set();
        return taken;
    }
    // Nobody reads any more.
    void refuse() noexcept {
        is_refused_ = true;
        clear();
    }
    bool is_refused() const noexcept { return is_refused_; }

    // ---- Both

    void clear() noexcept {
        stop();
        packets_.clear();
        begin_ = present_ = 0;
        readable.set();
        writable.set();
    }
    void state(fingerprint& of) const {
        for (auto const& each : packets_) of << std::max(each.arrives, now()) - now() << each.bytes;
        of << packets_.size() << begin_ << is_ended_ << has_end() << is_refused_;
    }

    event readable;
    event writable;
    bool is_read = false; // a task does so
    bool is_written = false;

private:
    struct packet {
        std::uint64_t arrives;
        std::string bytes;
    };

    std::uint64_t now() const noexcept { return is_over() ? 0 : home->now(); }
    std::uint64_t delay() const noexcept { return static_cast<std::uint64_t>(how_.delay.count()); }
    std::size_t arrived() const noexcept {
        std::size_t size = 0;
        for (auto at = packets_.begin(); at != packets_.end() && at->arrives <= now(); ++at) size += at->bytes.size();
        return size - begin_;
    }
    std::size_t how_many(std::size_t size) const {
        if (!how_.choose || size < 2) return size;
        if (size <= 8) return size - how_.choose(size) % size;
        std::size_t const sizes[] = {size, 1, size / 2, size - 1};
        return sizes[how_.choose(4) % 4];
    }

    // Something may have come; and when the next does so.
    void arrive() noexcept {
        if (has_some() || has_end()) readable.set();
        auto const moment = now();
        auto const coming = std::find_if(
            packets_.begin(), packets_.end(), [&](packet const& each) { return each.arrives > moment; });
        if (coming != packets_.end()) {
            call_at(coming->arrives);
        } else if (is_ended_ && end_arrives_ > moment) {
            call_at(end_arrives_);
        }
    }
    void called() noexcept override { arrive(); }

    connection_options const& how_;
    std::list<packet> packets_; // under way, or arrived
    std::size_t begin_ = 0;     // so much of the first has been read
    std::size_t present_ = 0;   // bytes of all
    std::uint64_t free_ = 0;    // until then the wire has bytes to send
    std::uint64_t end_arrives_ = 0;
    bool is_ended_ = false;
    bool is_refused_ = false;
};

class wire {
public:
    wire(task_scheduler& of, connection_options how)
        : how_(std::move(how)), ways_{{detail::home_access::of(of), how_}, {detail::home_access::of(of), how_}} {}
    wire(wire const&) = delete;
    wire& operator=(wire const&) = delete;
    ~wire() = default;

    way& to(int side) noexcept { return ways_[side]; }
    way& from(int side) noexcept { return ways_[1 - side]; }

    void close(int side) noexcept {
        if (std::exchange(is_closed_[side], true)) return;
        from(side).end();
        to(side).refuse();
        from(side).writable.set(); // whoever still writes is told
    }
    void lose() noexcept {
        is_lost_ = true;
        for (auto& each : ways_) each.clear();
    }
    bool is_lost() const noexcept { return is_lost_; }

    void may_be_lost() noexcept {
        if (is_lost_ || !how_.is_lost || !how_.is_lost()) return;
        if (how_.tell) how_.tell("loses the connection");
        lose();
    }
    void check(int side) const {
        if (is_closed_[side]) fail(std::errc::bad_file_descriptor, "this end of the connection was closed");
        if (is_lost_) fail(std::errc::connection_reset, "the connection is lost");
    }
    void state(fingerprint& of) const {
        for (auto const& each : ways_) of << each;
        of << is_lost_ << is_closed_[0] << is_closed_[1];
    }

private:
    connection_options const how_;
    way ways_[2];
    bool is_closed_[2] = {false, false};
    bool is_lost_ = false;
};

namespace {

// One task at a time.
class turn_to_use {
public:
    turn_to_use() = default;
    turn_to_use(turn_to_use&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
    turn_to_use& operator=(turn_to_use&&) = delete;
    ~turn_to_use() {
        if (taken_ != nullptr) *taken_ = false;
    }
    void take(bool& flag, char const* otherwise) {
        if (flag) detail::raise<misuse>(otherwise);
        taken_ = &flag;
        flag = true;
    }

private:
    bool* taken_ = nullptr;
};

struct reading {
    std::shared_ptr<wire> on;
    int side;
    char* into;
    std::size_t size;
    turn_to_use turn{};
    step operator()(returns<std::size_t>& co) {
        SB_BEGIN(co);
        on->check(side);
        if (size == 0) detail::raise<misuse>("read(): no bytes were asked for, which would look like the end");
        turn.take(on->to(side).is_read, "read(): another task reads from this stream");
        on->may_be_lost();
        for (;;) {
            on->check(side);
            if (on->to(side).has_some()) SB_RETURN(on->to(side).take(into, size));
            if (on->to(side).has_end()) SB_RETURN(std::size_t(0));
            on->to(side).readable.clear();
            SB_AWAIT(on->to(side).readable.wait());
        }
        SB_END();
    }
};

struct writing {
    std::shared_ptr<wire> on;
    int side;
    char const* from;
    std::size_t size;
    std::size_t part = 0;
    turn_to_use turn{};
    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        on->check(side);
        turn.take(on->from(side).is_written, "write(): another task writes to this stream");
        on->may_be_lost();
        for (;;) {
            on->check(side);
            if (on->from(side).is_ended()) fail(std::errc::broken_pipe, "written behind end_writing()");
            if (on->from(side).is_refused()) fail(std::errc::broken_pipe, "the other side has closed");
            part = std::min(size, on->from(side).room());
            on->from(side).send(from, part);
            from += part;
            size -= part;
            if (size == 0) SB_RETURN();
            on->from(side).writable.clear();
            SB_AWAIT(on->from(side).writable.wait());
        }
        SB_END();
    }
};

// A stream that was closed, or never was connected.
template <class R>
struct nowhere {
    step operator()(returns<R>&) {
        fail(std::errc::bad_file_descriptor, "this end of the connection was closed");
    }
};

} // namespace
} // namespace detail_of_connection

task<std::size_t> stream::read(void* into, std::size_t size) {
    if (wire_ == nullptr) return detail_of_connection::nowhere<std::size_t>{};
    return detail_of_connection::reading{wire_, side_, static_cast<char*>(into), size};
}

task<void> stream::write(void const* from, std::size_t size) {
    if (wire_ == nullptr) return detail_of_connection::nowhere<void>{};
    return detail_of_connection::writing{wire_, side_, static_cast<char const*>(from), size};
}

void stream::end_writing() noexcept {
    if (wire_ != nullptr && !wire_->is_lost()) wire_->from(side_).end();
}

void stream::close() noexcept {
    if (wire_ != nullptr) std::exchange(wire_, nullptr)->close(side_);
}

connection::connection(task_scheduler& of, connection_options how)
    : wire_(std::make_shared<detail_of_connection::wire>(of, std::move(how))) {
    client = stream(wire_, 0);
    server = stream(wire_, 1);
}

namespace {

connection_options decided_by(stage& on, connection_options how) {
    if (!how.choose) how.choose = [&on](std::size_t ways) { return on.one_of(ways); };
    if (!how.is_lost) how.is_lost = [&on] { return on.may_go_wrong(); };
    if (!how.tell) how.tell = [&on](std::string what) { on.tell(std::move(what)); };
    return how;
}

} // namespace

connection::connection(stage& on, connection_options how)
    : connection(on.scheduler(), decided_by(on, std::move(how))) {}

void connection::lose() noexcept { wire_->lose(); }
bool connection::is_lost() const noexcept { return wire_->is_lost(); }
void connection::state(fingerprint& of) const { wire_->state(of); }

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
