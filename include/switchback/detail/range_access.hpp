// std::begin and std::end. libstdc++ has them in a header of their own, without all the streams that
// <iterator> brings along.
#pragma once

#if defined(__has_include)
#    if __has_include(<bits/range_access.h>)
#        include <bits/range_access.h>
#        define SB_DETAIL_HAS_RANGE_ACCESS
#    endif
#endif
#if !defined(SB_DETAIL_HAS_RANGE_ACCESS)
#    include <iterator>
#endif
