// std::begin, std::end and the iterators' tags. libstdc++ has them in headers of their own, without all
// the streams that <iterator> brings along: a third of what a generator's user would have to compile.
#pragma once

#if defined(__has_include)
#    if __has_include(<bits/range_access.h>) && __has_include(<bits/stl_iterator_base_types.h>)
#        include <bits/range_access.h>
#        include <bits/stl_iterator_base_types.h>
#        define SB_DETAIL_HAS_ITERATORS
#    endif
#endif
#if !defined(SB_DETAIL_HAS_ITERATORS)
#    include <iterator>
#endif
