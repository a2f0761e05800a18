// The callbacks of a signal. They may come and go, and the signal may die, while they are called.
#pragma once

#include <switchback/detail/own_thread.hpp>
#include <switchback/detail/queued_call.hpp>

#include <cstdint>
#include <memory>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class listeners_base;

// What is called: in a list, until it is taken out of it or the list ends.
class listener_base : private links {
public:
    listener_base(listener_base const&) = delete;
    listener_base& operator=(listener_base const&) = delete;

    bool is_listed() const noexcept { return in_ != nullptr; }
    void leave() noexcept;

protected:
    listener_base() noexcept : links{nullptr, nullptr} {}
    virtual ~listener_base() { leave(); }

    virtual void list_ends() noexcept {}

private:
    friend class listeners_base;

    listeners_base* in_ = nullptr;
    std::uint64_t number_ = 0;
};

class listeners_base {
public:
    void add(listener_base& last) noexcept;
    // Those who are called meanwhile are the last.
    void end() noexcept;

protected:
    // Each that is there at the beginning, and still there when its turn comes.
    template <class Function>
    void visit(Function&& function) {
        cursor here{list_.next, cursors_};
        cursors_ = &here;
        auto const last = numbers_;
        while (here.at != &list_) {
            auto& one = static_cast<listener_base&>(*here.at);
            if (one.number_ > last) break;
            here.at = one.next;
            function(one);
        }
        cursors_ = here.outer;
    }

private:
    friend class listener_base;

    struct cursor {
        links* at;
        cursor* outer;
    };

    list_head list_;
    cursor* cursors_ = nullptr; // of those who walk through it
    std::uint64_t numbers_ = 0;
    own_thread thread_;
};

template <class... A>
class listener : public listener_base {
public:
    // Throws nothing.
    virtual void hear(A const&... what) noexcept = 0;
};

template <class... A>
class listeners final : public listeners_base {
public:
    void call(A const&... what) noexcept {
        visit([&](listener_base& one) { static_cast<listener<A...>&>(one).hear(what...); });
    }
};

// A callback, owned by its connection; and by its call, where the connection ends in it.
template <class Function, class... A>
class callback final : public listener<A...>, public std::enable_shared_from_this<callback<Function, A...>> {
public:
    template <class F>
    explicit callback(F&& function) : function_(static_cast<F&&>(function)) {}

    void hear(A const&... what) noexcept override {
        auto const alive = this->shared_from_this();
        SB_DETAIL_TRY { function_(what...); }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            report_from_call("a callback of a signal");
#endif
        }
    }

private:
    Function function_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
