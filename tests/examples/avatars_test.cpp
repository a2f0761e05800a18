// load_avatar and print_avatar_info of tools/examples.
#include <load_avatar.hpp>
#include <print_avatar_info.hpp>

#include "../support/fixture.hpp"
#include "lines.hpp"

namespace {

using namespace examples;
using namespace std::chrono_literals;

struct chat : test::virtual_time {
    avatar_server server;
    test::lines lines{pump};
    chat_window window{server, lines.say};
};

} // namespace

TEST_SUITE("examples: avatars") {
    TEST_CASE_FIXTURE(chat, "an avatar comes into the scene, without the products that fail to load") {
        scheduler.run(load_avatar{window, 1});
        CHECK(window.scene == std::vector<std::string>{"Ann's shirt", "Ann's boots"});
        CHECK(lines.text() == R"(
  200 ms  loading Ann
  700 ms  product 8 is left out
  800 ms  Ann is in the scene
)");
    }

    TEST_CASE_FIXTURE(chat, "an avatar that nobody knows gives a dialog, and the others go on behind it") {
        scheduler.run(sb::run_in_parallel(load_avatar{window, 1}, load_avatar{window, 3}));
        CHECK(window.scene.size() == 2);
        CHECK(lines.text() == R"(
  200 ms  loading Ann
  200 ms  dialog: no such user: 3
  600 ms  the dialog is closed
  700 ms  product 8 is left out
  800 ms  Ann is in the scene
)");
    }

    TEST_CASE_FIXTURE(chat,
        "imvu T7: whoever leaves the chat drops the future, and nothing comes into the scene") {
        auto loading = scheduler.start(load_avatar{window, 1});
        pump.advance(400ms);
        loading.reset();
        CHECK(scheduler.unfinished_tasks() == 0);
        pump.advance(1h);
        CHECK(window.scene.empty());
    }

    TEST_CASE_FIXTURE(chat,
        "imvu T5: two requests that are started before they are awaited take as long as the slower") {
        scheduler.run(print_avatar_info{server, lines.say, 1});
        CHECK(lines.text() == R"(
    0 ms  asking for the avatar and its outfit
  200 ms  Ann of Oslo
  300 ms  its outfit: 3 products
)");
    }

    TEST_CASE_FIXTURE(chat, "if the first of two requests fails, the other is let go of") {
        server.users.clear();
        CHECK_THROWS_WITH(scheduler.run(print_avatar_info{server, lines.say, 1}), "no such user: 1");
        CHECK(passed() == 200ms);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}
