#include "load_avatar.hpp"

namespace sb = switchback;

// Two avatars at once, the second of whom nobody knows.
int main() {
    examples::avatar_server const server;
    examples::printer const say;
    examples::chat_window window{server, say};
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    scheduler.run(sb::run_in_parallel(examples::load_avatar{window, 1}, examples::load_avatar{window, 3}));
    for (auto const& each : window.scene) say("in the scene: " + each);
}
