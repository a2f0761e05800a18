// The traceback that an exception gathers on its way: for each frame that it leaves, the kind of
// frame and where it stood. Sixteen bytes a frame; names, files and lines are looked up only when
// somebody asks.
#pragma once

#include <switchback/detail/path.hpp>

#include <exception>
#include <new>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct frame_type;

struct site {
    frame_type const* type;
    path_t path;
};

class trace;

// Errors that came along with another one: see <switchback/attached.hpp>. What such an error brings with it
// itself follows it in the same list.
class attached_errors {
public:
    attached_errors() noexcept = default;
    // For want of memory, the beginning.
    attached_errors(attached_errors const& other) noexcept;
    attached_errors& operator=(attached_errors const&) = delete;
    ~attached_errors() {
        if (SB_DETAIL_UNLIKELY(first_ != nullptr)) clear();
    }

    // Takes over the trace, if it can.
    bool add(std::exception_ptr const& error, trace* gathered) noexcept;

    // With each error and its trace, or null.
    template <class Visitor>
    void visit(Visitor&& visitor) const {
        for (auto const* at = first_; at != nullptr; at = at->next) visitor(at->error, at->gathered);
    }

private:
    struct item {
        std::exception_ptr error;
        trace* gathered;
        item* next;
    };

    void clear() noexcept;

    item* first_ = nullptr;
    item* last_ = nullptr; // meaningful where there is a first
};

class trace {
public:
    trace() noexcept = default;
    // Of a trace that cannot be copied whole for want of memory, the beginning is kept.
    trace(trace const& other) noexcept : others_(other.others_) {
        other.visit([this](site const& each) { add(each.type, each.path); });
        left_out_ += other.left_out_;
    }
    trace& operator=(trace const&) = delete;
    ~trace() {
        while (more_ != nullptr) delete std::exchange(more_, more_->next);
    }

    // A frame is left. Frames beyond the limit are counted only: a traceback of a million lines
    // helps nobody.
    void add(frame_type const* type, path_t path) noexcept {
        if (SB_DETAIL_UNLIKELY(used_ == room_)) {
            add_elsewhere({type, path});
        } else {
            into_[used_++] = {type, path};
        }
    }

    // Frames that were left and are not listed.
    std::size_t left_out() const noexcept { return left_out_; }

    // Innermost frame first.
    template <class Visitor>
    void visit(Visitor&& visitor) const {
        auto const at_first = more_ == nullptr ? used_ : sites_at_first;
        for (unsigned i = 0; i < at_first; ++i) visitor(sites_[i]);
        for (auto const* at = more_; at != nullptr; at = at->next) {
            auto const used = at->next == nullptr ? used_ : sites_in_chunk;
            for (unsigned i = 0; i < used; ++i) visitor(at->sites[i]);
        }
    }

    // Errors that came along with this one.
    attached_errors& others() noexcept { return others_; }
    attached_errors const& others() const noexcept { return others_; }

private:
    static constexpr unsigned sites_at_first = 8;
    static constexpr unsigned sites_in_chunk = 63;
    static constexpr unsigned most_chunks = 64;

    struct chunk {
        chunk* next = nullptr;
        site sites[sites_in_chunk]; // only those that are used are ever read
    };

    SB_DETAIL_COLD void add_elsewhere(site const& where) noexcept {
        auto* const fresh = chunks_ == most_chunks ? nullptr : new (std::nothrow) chunk;
        if (fresh == nullptr) {
            ++left_out_;
            return;
        }
        ++chunks_;
        (last_ == nullptr ? more_ : last_->next) = fresh;
        last_ = fresh;
        into_ = fresh->sites;
        into_[0] = where;
        used_ = 1;
        room_ = sites_in_chunk;
    }

    site* into_ = sites_; // the room that is being filled: how much of it is, and how much there is
    unsigned used_ = 0;
    unsigned room_ = sites_at_first;
    std::size_t left_out_ = 0;
    chunk* more_ = nullptr;
    chunk* last_ = nullptr;
    unsigned chunks_ = 0;
    attached_errors others_;
    site sites_[sites_at_first];
};

inline attached_errors::attached_errors(attached_errors const& other) noexcept {
    for (auto const* from = other.first_; from != nullptr; from = from->next) {
        auto* const kept = from->gathered == nullptr ? nullptr : new (std::nothrow) trace(*from->gathered);
        if (add(from->error, kept)) continue;
        delete kept;
        return;
    }
}

inline bool attached_errors::add(std::exception_ptr const& error, trace* gathered) noexcept {
    auto* const fresh = new (std::nothrow) item{error, gathered, nullptr};
    if (fresh == nullptr) return false;
    (first_ == nullptr ? first_ : last_->next) = fresh;
    last_ = fresh;
    if (gathered != nullptr && gathered->others().first_ != nullptr) {
        auto& behind = gathered->others();
        last_->next = behind.first_;
        last_ = behind.last_;
        behind.first_ = nullptr;
    }
    return true;
}

inline void attached_errors::clear() noexcept {
    while (first_ != nullptr) {
        auto* const gone = first_;
        first_ = gone->next;
        delete gone->gathered;
        delete gone;
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
