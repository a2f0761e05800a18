// SB_BODIES: SB_BODY(n) for SB_COUNT numbers, 1 or 20.
#pragma once

#if SB_COUNT == 1
#    define SB_BODIES SB_BODY(1)
#elif SB_COUNT == 20
#    define SB_FIVE_BODIES(a, b, c, d, e) SB_BODY(a) SB_BODY(b) SB_BODY(c) SB_BODY(d) SB_BODY(e)
#    define SB_BODIES \
        SB_FIVE_BODIES(1, 2, 3, 4, 5) \
        SB_FIVE_BODIES(6, 7, 8, 9, 10) \
        SB_FIVE_BODIES(11, 12, 13, 14, 15) \
        SB_FIVE_BODIES(16, 17, 18, 19, 20)
#else
#    error "SB_COUNT is 1 or 20"
#endif
