// Where a queue keeps its items: each in a cell of its own, which stays where it is, and is kept for another item
// when it is empty. So an item's code may use the queue whenever it runs, and may throw when it is moved; and a
// queue allocates only when it is longer than ever before.
#pragma once

#include <switchback/detail/config.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class T>
struct cell {
    cell() noexcept {}
    ~cell() {}

    cell* next = nullptr;
    std::uint64_t number = 0; // where a store counts them
    union {
        T item;
    };
};

template <class T>
class cell_pool {
public:
    cell_pool() = default;
    cell_pool(cell_pool const&) = delete;
    cell_pool& operator=(cell_pool const&) = delete;
    ~cell_pool() {
        while (spare_ != nullptr) delete std::exchange(spare_, spare_->next);
    }

    template <class V>
    cell<T>* make(V&& item) {
        auto* const fresh = spare_ != nullptr ? std::exchange(spare_, spare_->next) : new cell<T>;
        holder unfinished{*this, fresh};
        ::new (static_cast<void*>(SB_DETAIL_ADDRESS_OF(fresh->item))) T(static_cast<V&&>(item));
        unfinished.held = nullptr;
        return fresh;
    }
    void destroy(cell<T>* full) noexcept {
        full->item.~T();
        keep(full);
    }

private:
    struct holder {
        cell_pool& of;
        cell<T>* held;
        ~holder() {
            if (held != nullptr) of.keep(held);
        }
    };
    void keep(cell<T>* empty) noexcept {
        empty->next = spare_;
        spare_ = empty;
    }

    cell<T>* spare_ = nullptr;
};

// First in, first out.
template <class T>
class fifo {
public:
    using value_type = T;

    bool empty() const noexcept { return first_ == nullptr; }
    void add(cell<T>* fresh) noexcept {
        fresh->next = nullptr;
        (first_ == nullptr ? first_ : last_->next) = fresh;
        last_ = fresh;
    }
    cell<T>* take() noexcept {
        auto* const taken = first_;
        first_ = taken->next;
        return taken;
    }
    // Where it was.
    void put_back(cell<T>* taken) noexcept {
        taken->next = first_;
        if (first_ == nullptr) last_ = taken;
        first_ = taken;
    }
    // Whichever; comparing none.
    cell<T>* take_any() noexcept { return take(); }

private:
    cell<T>* first_ = nullptr;
    cell<T>* last_ = nullptr;
};

// The one that Compare puts before the others; of equal ones, the one that came first. A comparison that throws
// leaves all as it was.
template <class T, class Compare>
class heap {
public:
    using value_type = T;

    explicit heap(Compare compare) : compare_(std::move(compare)) {}

    bool empty() const noexcept { return cells_.empty(); }
    void add(cell<T>* fresh) {
        fresh->number = ++numbers_;
        insert(fresh);
    }
    cell<T>* take() {
        auto* const taken = cells_.front();
        auto* const moved = cells_.back(); // which is to fill the gap
        auto const size = cells_.size() - 1;
        std::size_t way[most_levels];
        std::size_t steps = 0;
        for (std::size_t child = 1; child < size; child = 2 * child + 1) {
            if (child + 1 < size && is_before(*cells_[child + 1], *cells_[child])) ++child;
            if (!is_before(*cells_[child], *moved)) break;
            way[steps++] = child;
        }
        std::size_t gap = 0;
        for (std::size_t i = 0; i < steps; ++i) cells_[std::exchange(gap, way[i])] = cells_[way[i]];
        cells_[gap] = moved;
        cells_.pop_back();
        return taken;
    }
    // Where it was, unless a comparison throws: then at the end.
    void put_back(cell<T>* taken) noexcept {
        SB_DETAIL_TRY { insert(taken); }
        SB_DETAIL_CATCH_ALL { cells_.push_back(taken); }
    }
    cell<T>* take_any() noexcept {
        auto* const last = cells_.back();
        cells_.pop_back();
        return last;
    }

private:
    static constexpr std::size_t most_levels = 8 * sizeof(std::size_t);

    void insert(cell<T>* fresh) {
        auto place = cells_.size();
        while (place != 0 && is_before(*fresh, *cells_[(place - 1) / 2])) place = (place - 1) / 2;
        cells_.push_back(fresh);
        for (auto at = cells_.size() - 1; at != place; at = (at - 1) / 2) cells_[at] = cells_[(at - 1) / 2];
        cells_[place] = fresh;
    }
    bool is_before(cell<T> const& a, cell<T> const& b) const {
        return a.number < b.number ? !compare_(b.item, a.item) : static_cast<bool>(compare_(a.item, b.item));
    }

private:
    std::vector<cell<T>*> cells_;
    std::uint64_t numbers_ = 0;
    Compare compare_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
