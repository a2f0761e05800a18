// gallery: Tasks
// expects: sb::queue<T>: an item is an object that can be moved; put a pointer for a reference
#include <switchback/switchback.hpp>
namespace sb = switchback;

#ifdef SB_FIXED
sb::queue<int*> jobs;
#else
sb::queue<int&> jobs;
#endif
