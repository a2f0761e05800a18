// Circular doubly linked lists whose links lie in their elements. Whoever links an element unlinks
// it; nothing here owns anything.
#pragma once

#include <switchback/detail/config.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct links {
    links* next;
    links* prev;
};

inline void link_before(links& at, links& element) noexcept {
    element.prev = at.prev;
    element.next = &at;
    at.prev->next = &element;
    at.prev = &element;
}

inline void unlink(links& element) noexcept {
    element.prev->next = element.next;
    element.next->prev = element.prev;
}

// A list's own element, which stands before the first and behind the last.
struct list_head : links {
    list_head() noexcept : links{this, this} {}
    list_head(list_head const&) = delete;
    list_head& operator=(list_head const&) = delete;

    bool empty() const noexcept { return next == this; }
    void push_back(links& element) noexcept { link_before(*this, element); }
    links& pop_front() noexcept {
        links& first = *next;
        unlink(first);
        return first;
    }
    // Takes over all that another list holds, behind what is here.
    void splice_back(list_head& other) noexcept {
        if (other.empty()) return;
        prev->next = other.next;
        other.next->prev = prev;
        other.prev->next = this;
        prev = other.prev;
        other.next = other.prev = &other;
    }
};

// Calls the function with each element that is there at the beginning, while others come and go: each keeps
// its place among those, and may be gone when its call returns, or before its turn.
template <class Function>
void visit_present(list_head& list, Function&& function) {
    list_head present;
    present.splice_back(list);
    while (!present.empty()) {
        links& element = present.pop_front();
        list.push_back(element);
        function(element);
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
