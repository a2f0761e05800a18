#include "store.hpp"

#include "file_name.hpp"
#include "temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <system_error>
#include <vector>

using namespace mirror;

namespace {

void put(store& out, std::string const& name) {
    auto file = out.create();
    file.write(name);
    out.keep(std::move(file), name);
}

} // namespace

TEST_SUITE("store") {
    TEST_CASE("a file appears under its name only when it is kept") {
        temporary_directory const place;
        store out(place.path());
        auto file = out.create();
        file.write("first ");
        CHECK_FALSE(std::filesystem::exists(place / "h/a"));
        file.write("second");
        out.keep(std::move(file), "h/a");
        CHECK(tree(place.path()) == std::map<std::string, std::string>{{"h/a", "first second"}});
    }

    TEST_CASE("a file that is not kept leaves nothing behind") {
        temporary_directory const place;
        store out(place.path());
        {
            auto file = out.create();
            file.write("half");
            CHECK(tree(place.path()).size() == 1);
        }
        CHECK(tree(place.path()).empty());
    }

    TEST_CASE("the output directory is created, with its parents") {
        temporary_directory const place;
        store out(place / "a/b/c");
        put(out, "h/x");
        CHECK(contents(place / "a/b/c/h/x") == "h/x");
    }

    TEST_CASE("a file of a former run is replaced") {
        temporary_directory const place;
        store out(place.path());
        put(out, "h/a");
        auto file = out.create();
        file.write("new");
        out.keep(std::move(file), "h/a");
        CHECK(tree(place.path()) == std::map<std::string, std::string>{{"h/a", "new"}});
    }

    TEST_CASE("a file and a directory of one name stand side by side, whichever comes first") {
        std::vector<std::string> names{"h/a", "h/a/b", "h/a/b/c"};
        std::map<std::string, std::string> const expected{{"h/" + name_beside("a"), "h/a"},
            {"h/a/" + name_beside("b"), "h/a/b"}, {"h/a/b/c", "h/a/b/c"}};
        do {
            temporary_directory const place;
            store out(place.path());
            for (auto const& name : names) put(out, name);
            CHECK(tree(place.path()) == expected);
        } while (std::next_permutation(names.begin(), names.end()));
    }

    TEST_CASE("a name with dot segments, empty parts or NUL is refused and leaves nothing behind") {
        temporary_directory const place;
        store out(place / "out");
        for (std::string const name :
            {"../x", "h/../../x", "h/./x", "h//x", "/x", "h/", "..", ""}) {
            CAPTURE(name);
            CHECK_THROWS_AS(put(out, name), std::system_error);
        }
        CHECK_THROWS_AS(put(out, std::string("h/a\0b", 5)), std::system_error);
        CHECK(tree(place.path()).empty());
    }

    TEST_CASE("a symbolic link is not followed out of the directory") {
        temporary_directory const place;
        temporary_directory const elsewhere;
        std::filesystem::create_directory_symlink(elsewhere.path(), place / "h");
        std::filesystem::create_directory(place / "i");
        std::filesystem::create_symlink(elsewhere / "x", place / "i/x");
        store out(place.path());
        CHECK_THROWS_AS(put(out, "h/x"), std::system_error);
        put(out, "i/x"); // replaces the link itself
        CHECK(tree(elsewhere.path()).empty());
        CHECK_FALSE(std::filesystem::is_symlink(place / "i/x"));
    }
}
