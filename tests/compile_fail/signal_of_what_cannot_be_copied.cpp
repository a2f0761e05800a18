// gallery: Tasks
// expects: sb::signal<Args...>: everyone who waits gets a copy; use std::shared_ptr<T const> for what cannot be copied
#include <switchback/switchback.hpp>
#include <memory>
namespace sb = switchback;

struct window {
#ifdef SB_FIXED
    sb::signal<std::shared_ptr<int const>> loaded;
#else
    sb::signal<std::unique_ptr<int>> loaded;
#endif
};
window main_window;
