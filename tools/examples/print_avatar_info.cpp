#include "print_avatar_info.hpp"

namespace sb = switchback;

int main() {
    examples::avatar_server const server;
    examples::printer const say;
    return sb::run(examples::print_avatar_info{server, say, 1});
}
