// The thread that an object belongs to: the one that uses it first. Told by the address of something that each
// thread has one of: two instructions and a branch, without a call.
#pragma once

#include <switchback/errors.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

inline SB_DETAIL_THREAD_LOCAL char thread_mark = 0;

class own_thread {
public:
    // Throws wrong_thread.
    void ensure() const {
        if (SB_DETAIL_UNLIKELY(thread_ != &thread_mark)) take();
    }
    bool is_another() const noexcept { return thread_ != nullptr && thread_ != &thread_mark; }

private:
    SB_DETAIL_COLD void take() const {
        if (thread_ != nullptr) raise<wrong_thread>();
        thread_ = &thread_mark;
    }

    mutable void const* thread_ = nullptr;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
