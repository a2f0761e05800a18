// Where in a body a macro stands, as a type.
//
// A body has two unscoped enumerators, sb_scope_prefix and sb_scope_meta, that hide those of the
// scope around them; each macro reads them as `scope<sb_scope_prefix, sb_scope_meta>`. So every
// macro knows at compile time what encloses it, and what a resume point or a return costs is
// decided there.
#pragma once

#include <switchback/detail/path.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// What stands at one level of nesting. `holding` is the block of a SB_WITH.
// `scoping` that of a SB_ASYNC_WITH which can be cancelled by itself.
enum class block : unsigned char {
    none, body, chooser, trying, handling, otherwise, at_the_end, holding, scoping
};
// The first block of a try, whichever macro has opened it.
constexpr bool is_first_block(block kind) {
    return kind == block::trying || kind == block::holding || kind == block::scoping;
}

// meta: 24 bits for the line where the scope opened, 4 for its depth, then 4 for the block at each
// level.
using meta_t = std::uint64_t;
constexpr meta_t meta_of(meta_t line, meta_t depth, meta_t blocks) {
    return line | depth << 24 | blocks << 28;
}
constexpr int line_in(meta_t meta) { return static_cast<int>(meta & 0xffffff); }
constexpr int depth_in(meta_t meta) { return static_cast<int>(meta >> 24 & 0xf); }
constexpr meta_t blocks_in(meta_t meta) { return meta >> 28; }
constexpr block block_in(meta_t meta, int level) {
    return static_cast<block>(blocks_in(meta) >> 4 * level & 0xf);
}
constexpr meta_t with_block(meta_t blocks, int level, block kind) {
    return (blocks & ~(meta_t(0xf) << 4 * level)) | static_cast<meta_t>(kind) << 4 * level;
}

// The innermost level at which an exception from here, or a return, is seen by a handler or a
// finally. A finally block is no longer guarded by its own try. 0: there is none.
constexpr int guard_in(meta_t meta) {
    for (int level = depth_in(meta); level > 0; --level) {
        auto const kind = block_in(meta, level);
        if (is_first_block(kind) || kind == block::handling || kind == block::otherwise) {
            return level;
        }
    }
    return 0;
}

constexpr bool is_within(meta_t meta, block kind) {
    for (int level = depth_in(meta); level > 0; --level) {
        if (block_in(meta, level) == kind) return true;
    }
    return false;
}

template <path_t Prefix, meta_t Meta>
struct scope {
    static constexpr int depth = depth_in(Meta);
    static constexpr block kind = block_in(Meta, depth);
    static constexpr bool in_body = block_in(Meta, 0) == block::body;
    static constexpr int guard = guard_in(Meta);
    static constexpr block block_at(int level) { return block_in(Meta, level); }
    static constexpr bool in_finally = is_within(Meta, block::at_the_end);
    static constexpr bool in_scope = is_within(Meta, block::scoping);
    static constexpr bool can_raise = is_within(Meta, block::handling) || is_within(Meta, block::at_the_end);

    // The label of a line in this scope.
    static constexpr path_t index(int line) { return static_cast<path_t>(line - line_in(Meta) + 1); }
    static constexpr bool has_room_for(int line) {
        return index(line) <= (depth == 0 ? lines_in_body : lines_in_block);
    }
    // The line that a label without a line would have.
    static constexpr int line_of(path_t mark) { return static_cast<int>(mark) + line_in(Meta) - 1; }
    static constexpr bool can_nest = depth + 1 < levels;

    // The whole path of a resume point in this scope.
    static constexpr path_t at(int line) {
        return Prefix | index(line) << shift_of(depth) | (guard != 0 ? in_try : 0);
    }
    static constexpr path_t prefix_for(int line) { return Prefix | index(line) << shift_of(depth); }

    // The way from this scope to the try that guards it.
    static constexpr path_t way_to_guard = Prefix & ((path_t(1) << shift_of(guard)) - 1);
    static constexpr path_t to_finally =
        guard == 0 ? 0 : way_to_guard | finally_mark << shift_of(guard) | in_try;
    // An exception from the try block goes to the handlers; one from a handler, to the finally.
    static constexpr path_t to_error =
        is_first_block(block_in(Meta, guard))
            ? way_to_guard | handlers_mark << shift_of(guard) | in_try
            : to_finally;

    // This scope's part of a path, for its switch: left in its place, which saves a shift.
    static constexpr label pick(path_t path) {
        return static_cast<label>(path & mask_of(depth) << shift_of(depth));
    }
    static constexpr label label_of(path_t index) {
        return static_cast<label>(index << shift_of(depth));
    }

    // The scope that encloses this one.
    using outer = scope<Prefix & ((path_t(1) << shift_of(depth)) - 1),
        meta_of(0, static_cast<meta_t>(depth == 0 ? 0 : depth - 1), blocks_in(Meta))>;
};

// The meta of a scope one level deeper, and that of another block of the same try: the blocks of a
// try share one level, and so the lines of all of them are counted from SB_TRY.
constexpr meta_t inner_meta(meta_t meta, int line, block kind) {
    int const depth = depth_in(meta) + (depth_in(meta) + 1 < levels); // too deep is told elsewhere
    return meta_of(static_cast<meta_t>(line), static_cast<meta_t>(depth),
        with_block(blocks_in(meta), depth, kind));
}
constexpr meta_t sibling_meta(meta_t meta, block kind) {
    return meta_of(static_cast<meta_t>(line_in(meta)), static_cast<meta_t>(depth_in(meta)),
        with_block(blocks_in(meta), depth_in(meta), kind));
}

// Within SB_SWITCH the user's values and the labels share one switch: labels lie above 2^40 (2^30 where
// paths have 32 bits), where SB_CASE refuses the user's values.
constexpr label_value chooser_base = label_value(1) << (SB_PATH_BITS == 64 ? 40 : 30);

template <class S>
constexpr label label_at(int line) {
    auto const index = S::index(line);
    return S::kind == block::chooser ? static_cast<label>(chooser_base + static_cast<label_value>(index))
                                     : S::label_of(index);
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
