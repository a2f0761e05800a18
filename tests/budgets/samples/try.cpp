// A generator that counts in a try, with a handler and a finally.
#include "generators.hpp"

int next_number(int i);
void note(int i);

template <int N>
struct body {
    int i = N;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i < 1000; i = next_number(i)) SB_YIELD(i);
        } SB_CATCH(int const& error) {
            SB_YIELD(error);
        } SB_FINALLY {
            note(i);
        } SB_END_TRY
        SB_END();
    }
};

SB_BODIES
