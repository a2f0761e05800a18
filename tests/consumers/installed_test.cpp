// Switchback in other people's projects: as a subproject, and installed.
#include "workshop.hpp"

using namespace consumers;

TEST_CASE("consumers: Meson, with the sources as a subproject") {
    auto& shop = workshop::instance();
    auto const project = shop.project("meson-subproject");
    auto const program = first_example();
    write(project / "main.cpp", program.code);
    write(project / "meson.build", block_with("meson", "fallback"));
    copy_sources(project / "subprojects/switchback");
    auto const output = run_in(project, command_with("meson compile"));
    CAPTURE(output);
    CHECK(ends_with(output, program.output));
}

TEST_CASE("consumers: Meson, with a wrap file that names the subproject") {
    auto& shop = workshop::instance();
    auto const project = shop.scratch / "wrap";
    put_consumer("wrap", project);
    put_consumer("main.cpp", project);
    put_consumer("generators.cpp", project);
    copy_sources(project / "subprojects/switchback");
    run_in(project,
        "meson setup build && meson compile -C build generators"); // not the library once more
    CHECK(run_in(project, "build/generators") == what_generators_prints);
}

TEST_CASE("consumers: Meson, installed") {
    auto& shop = workshop::instance();
    auto const project = shop.project("meson-installed");
    auto const program = first_example();
    write(project / "main.cpp", program.code);
    write(project / "meson.build", block_with("meson", "fallback"));
    auto const output =
        run_in(project, "export " + shop.found_by() + " && " + command_with("meson compile"));
    CAPTURE(output);
    CHECK(ends_with(output, program.output));
}

TEST_CASE("consumers: CMake, installed") {
    auto& shop = workshop::instance();
    auto const project = shop.project("cmake");
    auto const program = first_example();
    write(project / "main.cpp", program.code);
    write(project / "CMakeLists.txt", block_with("cmake", "find_package"));
    auto const output =
        run_in(project, "export " + shop.found_by() + " && " + command_with("cmake -B"));
    CAPTURE(output);
    CHECK(ends_with(output, program.output));
}

TEST_CASE("consumers: CMake, generators alone") {
    auto& shop = workshop::instance();
    auto const project = shop.scratch / "cmake_generators";
    put_consumer("cmake_generators", project);
    put_consumer("generators.cpp", project);
    run_in(project, shop.found_by() + "cmake -B build && cmake --build build");
    CHECK(run_in(project, "build/generators") == what_generators_prints);
}

TEST_CASE("consumers: CMake is told what is not to be had") {
    auto& shop = workshop::instance();
    auto const project = shop.project("cmake-refused");
    auto const outcome_of = [&](std::string const& wanted) {
        write(project / "CMakeLists.txt",
            "cmake_minimum_required(VERSION 3.14)\nproject(refused CXX)\n"
            "find_package(switchback " +
                wanted +
                ")\n"
                "message(\"found: ${switchback_FOUND}\")\n");
        return run_in(project, shop.found_by() + "cmake -B build");
    };
    auto const says = [&](std::string const& wanted, std::string const& words) {
        auto const output = outcome_of(wanted);
        CAPTURE(wanted);
        CAPTURE(output);
        CHECK(output.find(words) != std::string::npos);
    };
    auto const refused = std::string("switchback-config.cmake, version: " SB_VERSION "\n");
    says("99.0 CONFIG", refused);
    says("0.0.1 CONFIG", refused); // another series
    says("0.0.1...<0.1 CONFIG", refused);
    says("CONFIG COMPONENTS widgets generators", "it has no component widgets");
    says("CONFIG COMPONENTS generators", "found: 1");
    says(SB_VERSION " EXACT CONFIG COMPONENTS generators", "found: 1");
    says("0.1...<2 CONFIG COMPONENTS generators", "found: 1");
}

TEST_CASE("consumers: pkg-config") {
    auto& shop = workshop::instance();
    auto const project = shop.project("pkg-config");
    auto const program = first_example();
    write(project / "main.cpp", program.code);
    CHECK(run_in(project, "export " + shop.found_by() + " && " + command_with("pkg-config")) ==
          program.output);

    auto const includes = "-I" + (shop.installed() / "include").string();
    for (auto const* how : {"--libs ", "--static --libs "}) {
        auto const said =
            run_in(project, shop.found_by() + "pkg-config --cflags " + how + "switchback");
        CAPTURE(said);
        // Relocated, it goes up from where it lies.
        auto const named = run_in(project,
            "for word in " + said.substr(0, said.size() - 1) +
                "; do case $word in -[IL]*) readlink -f ${word#-?};; *) echo $word;; esac; done");
        CHECK(named.find((shop.installed() / "include").string() + "\n") != std::string::npos);
        CHECK(named.find("-lswitchback\n") != std::string::npos);
        CHECK(named.find("-pthread\n") != std::string::npos);
    }
    CHECK(run_in(project, shop.found_by() + "pkg-config --libs switchback-generators") == "\n");
    CHECK(
        run_in(project, shop.found_by() + "pkg-config --modversion switchback") == SB_VERSION "\n");
    put_consumer("generators.cpp", project);
    CHECK(run_in(project,
              "export " + shop.found_by() +
                  " && g++ -std=c++17 generators.cpp "
                  "$(pkg-config --cflags switchback-generators) -o generators && ./generators") ==
          what_generators_prints);
}

TEST_CASE("consumers: a shared library, if that is asked for") {
    auto& shop = workshop::instance();
    auto const root = shop.scratch / "shared";
    run_in(shop.sources, "meson setup build-shared --auto-features=disabled -Ddefault_library=shared --prefix='" +
                             root.string() + "' && meson install -C build-shared");
    auto const project = shop.project("shared-consumer");
    put_consumer("main.cpp", project);
    write(project / "CMakeLists.txt", block_with("cmake", "find_package"));
    run_in(project, "cmake -B build -DCMAKE_PREFIX_PATH='" + root.string() + "' && cmake --build build");
    CHECK(run_in(project, "build/my-program") == what_main_prints);
    CHECK(run_in(project, "ldd build/my-program").find("libswitchback.so.") != std::string::npos);
}
