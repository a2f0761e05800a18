// std::input_iterator_tag. libstdc++ has it in a header of its own, without all the streams that
// <iterator> brings along: more than half of what a generator's user would have to compile.
#pragma once

#if defined(__has_include)
#    if __has_include(<bits/stl_iterator_base_types.h>)
#        include <bits/stl_iterator_base_types.h>
#        define SB_DETAIL_HAS_ITERATOR_TAGS
#    endif
#endif
#if !defined(SB_DETAIL_HAS_ITERATOR_TAGS)
#    include <iterator>
#endif
