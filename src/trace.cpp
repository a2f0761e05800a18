#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/trace.hpp>

#    include <new>
#    include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

trace::functions const trace::own_functions{&trace::destroy_this, &trace::copy_of};

trace::trace() noexcept : own_(&own_functions) {}

void trace::destroy_this(trace* gone) noexcept { delete gone; }

trace::~trace() {
    while (more_ != nullptr) delete std::exchange(more_, more_->next);
    while (first_attached_ != nullptr) {
        auto* const gone = std::exchange(first_attached_, first_attached_->next);
        delete gone->gathered;
        delete gone;
    }
}

trace* trace::copy_of(trace const* from) noexcept {
    auto* const copied = new (std::nothrow) trace;
    if (copied == nullptr) return nullptr;
    from->visit([&](site const& each) { copied->add(each.type, each.path); });
    copied->left_out_ += from->left_out_;
    from->visit_attached([&](std::exception_ptr const& error, trace const* gathered) {
        auto* const way = gathered == nullptr ? nullptr : gathered->copy();
        if (!copied->attach(error, way)) delete way;
    });
    return copied;
}

void trace::add_elsewhere(site const& where) noexcept {
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

bool trace::attach(std::exception_ptr const& error, trace* gathered) noexcept {
    auto* const fresh = new (std::nothrow) attached_error{error, gathered, nullptr};
    if (fresh == nullptr) return false;
    (first_attached_ == nullptr ? first_attached_ : last_attached_->next) = fresh;
    last_attached_ = fresh;
    if (gathered != nullptr && gathered->first_attached_ != nullptr) {
        last_attached_->next = std::exchange(gathered->first_attached_, nullptr);
        last_attached_ = gathered->last_attached_;
    }
    return true;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
