// A balanced binary tree of 1023 values, which all programs walk in order, again and again. It is
// built once: it counts as start-up.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

struct tree {
    std::uint64_t value;
    tree const* left;
    tree const* right;
};

constexpr int tree_depth = 10;
constexpr std::size_t tree_size = (std::size_t(1) << tree_depth) - 1;

inline tree const* build_tree(int depth, std::uint64_t& next) {
    if (depth == 0) return nullptr;
    auto* const made = new tree{0, nullptr, nullptr}; // never freed
    made->left = build_tree(depth - 1, next);
    made->value = next++;
    made->right = build_tree(depth - 1, next);
    return made;
}

inline tree const* the_tree() {
    static tree const* const built = [] {
        std::uint64_t next = 0;
        return build_tree(tree_depth, next);
    }();
    return built;
}

} // namespace bench
