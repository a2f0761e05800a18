// The traceback that an exception gathers on its way: for each frame that it leaves, the kind of
// frame and where it stood. Sixteen bytes a frame; names, files and lines are looked up only when
// somebody asks.
#pragma once

#include <switchback/detail/path.hpp>

#include <new>

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
    trace() noexcept = default;
    // Of a trace that cannot be copied whole for want of memory, the beginning is kept.
    trace(trace const& other) noexcept : total_(other.total_) {
        auto* into = this;
        for (auto const* from = &other; from != nullptr; from = from->next_) {
            for (unsigned i = 0; i < from->used_; ++i) into = into->append(from->sites_[i]);
        }
        last_ = into;
    }
    trace& operator=(trace const&) = delete;
    ~trace() {
        for (auto* chunk = next_; chunk != nullptr;) {
            auto* const following = chunk->next_;
            chunk->next_ = nullptr;
            delete chunk;
            chunk = following;
        }
    }

    // A frame is left. Frames beyond the limit are counted only: a traceback of a million lines
    // helps nobody.
    void add(frame_type const* type, path_t path) noexcept {
        if (total_++ < most_sites) last_ = last_->append({type, path});
    }

    std::size_t total() const noexcept { return total_; }

    // Innermost frame first.
    template <class Visitor>
    void visit(Visitor&& visitor) const {
        for (auto const* chunk = this; chunk != nullptr; chunk = chunk->next_) {
            for (unsigned i = 0; i < chunk->used_; ++i) visitor(chunk->sites_[i]);
        }
    }

    static constexpr std::size_t most_sites = 4096;

private:
    static constexpr unsigned sites_in_chunk = 15;

    trace* append(site const& where) noexcept {
        if (used_ < sites_in_chunk) {
            sites_[used_++] = where;
            return this;
        }
        auto* const fresh = new (std::nothrow) trace;
        if (fresh == nullptr) return this;
        next_ = fresh;
        return fresh->append(where);
    }

    site sites_[sites_in_chunk]; // only the first used_ are ever read
    std::size_t total_ = 0;
    trace* next_ = nullptr;
    trace* last_ = this; // meaningful in the first chunk alone
    unsigned used_ = 0;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
