// The traceback that an exception gathers on its way: for each frame that it leaves, the kind of
// frame and where it stood. Sixteen bytes a frame; names, files and lines are looked up only when
// somebody asks.
//
// Tasks alone gather one. Generators, which link with no library, hand it on: by what it says of itself.
// (Not by virtual functions: UBSan asks for the class's type where they are called, which is in the library.)
#pragma once

#include <switchback/detail/path.hpp>

#include <exception>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct frame_type;

struct site {
    frame_type const* type;
    path_t path;
};

class trace {
public:
    trace() noexcept;
    trace(trace const&) = delete;
    trace& operator=(trace const&) = delete;
    ~trace();

    // Of one that was allocated with new.
    void destroy() noexcept { own_->destroy(this); }
    // Of one that cannot be copied whole for want of memory, the beginning; or null.
    trace* copy() const noexcept { return own_->copy(this); }

    // A frame is left. Frames beyond a limit are counted only: a traceback of a million lines helps
    // nobody.
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

    // An error that came along with this one: see <switchback/attached.hpp>. What it brings with it
    // itself follows it in the same list. Takes over the trace, if it can.
    bool attach(std::exception_ptr const& error, trace* gathered) noexcept;

    // With each such error and its trace, or null.
    template <class Visitor>
    void visit_attached(Visitor&& visitor) const {
        for (auto const* at = first_attached_; at != nullptr; at = at->next) visitor(at->error, at->gathered);
    }

private:
    struct functions {
        void (*destroy)(trace*) noexcept;
        trace* (*copy)(trace const*) noexcept;
    };
    static functions const own_functions;
    static void destroy_this(trace* gone) noexcept;
    static trace* copy_of(trace const* from) noexcept;

    static constexpr unsigned sites_at_first = 8;
    static constexpr unsigned sites_in_chunk = 63;
    static constexpr unsigned most_chunks = 64;

    struct chunk {
        chunk* next = nullptr;
        site sites[sites_in_chunk]; // only those that are used are ever read
    };
    struct attached_error {
        std::exception_ptr error;
        trace* gathered;
        attached_error* next;
    };

    SB_DETAIL_COLD void add_elsewhere(site const& where) noexcept;

    functions const* own_;
    site* into_ = sites_; // the room that is being filled: how much of it is, and how much there is
    unsigned used_ = 0;
    unsigned room_ = sites_at_first;
    unsigned chunks_ = 0;
    std::size_t left_out_ = 0;
    chunk* more_ = nullptr;
    chunk* last_ = nullptr;
    attached_error* first_attached_ = nullptr;
    attached_error* last_attached_ = nullptr;
    site sites_[sites_at_first];
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
