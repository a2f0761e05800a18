// Packages of Switchback, made and used: for Debian, vcpkg and Conan. Where a machine has no vcpkg
// or Conan, which is the rule, stand_ins/ does what they would do with our files.
#include "workshop.hpp"

using namespace consumers;

namespace {

// A Debian package, and what is in it.
struct debian_package {
    fs::path file;
    fs::path root;
};

debian_package const& built_deb() {
    static debian_package const built = [] {
        auto& shop = workshop::instance();
        auto command = command_with("tools/package deb");
        command.resize(command.find(" && sudo apt-get install"));
        run_in(shop.sources, command);
        // What follows in the README finds it there.
        auto const name = run_in(shop.sources, "ls libswitchback-dev_*.deb");
        debian_package made{shop.sources / name.substr(0, name.size() - 1), shop.scratch / "deb"};
        run_in(
            shop.sources, "dpkg-deb -x '" + made.file.string() + "' '" + made.root.string() + "'");
        return made;
    }();
    return built;
}

bool is_debian() {
    return run_command("dpkg-deb --version").status == 0;
}

void put_cmake_consumer(fs::path const& project) {
    put_consumer("main.cpp", project);
    write(project / "CMakeLists.txt", block_with("cmake", "find_package"));
}

} // namespace

TEST_CASE("consumers: a Debian package says what it is, and its sums are right") {
    if (!is_debian()) return;
    auto const& package = built_deb();
    auto const field = [&](std::string const& name) {
        return run_in(package.root, "dpkg-deb -f '" + package.file.string() + "' " + name);
    };
    auto const architecture = run_in(package.root, "dpkg --print-architecture");
    CHECK(field("Package") == "libswitchback-dev\n");
    CHECK(field("Version") == SB_VERSION "\n");
    CHECK(field("Architecture") == architecture);
    CHECK(package.file.filename().string() == "libswitchback-dev_" SB_VERSION "_" +
                                                  architecture.substr(0, architecture.size() - 1) +
                                                  ".deb");
    CHECK(field("Maintainer").find('@') != std::string::npos);

    run_in(package.root,
        "dpkg-deb -e '" + package.file.string() + "' DEBIAN && md5sum --quiet -c DEBIAN/md5sums");
    CHECK(contents(package.root / "usr/share/doc/libswitchback-dev/copyright")
              .find("\nLicense: Expat\n") != std::string::npos);
    auto const changes = run_in(package.root, "zcat usr/share/doc/libswitchback-dev/changelog.gz");
    CHECK(changes.rfind("switchback (" SB_VERSION ") ", 0) == 0);
    CHECK(run_in(package.root,
              "dpkg-deb -c '" + package.file.string() + "' | awk '$2 != \"root/root\"'") == "");
    for (auto const* file : {"switchback-config.cmake", "switchback-config-version.cmake",
             "switchback.pc", "switchback-generators.pc", "libswitchback.a", "switchback.hpp"}) {
        CHECK(fs::exists(workshop::find_below(package.root / "usr", file)));
    }
}

// dpkg's own way with it, in a root of its own: nothing of this machine is touched.
TEST_CASE("consumers: a Debian package is installed and removed by dpkg, and leaves nothing") {
    if (!is_debian() || run_command("test \"$(id -u)\" -eq 0").status != 0) return;
    auto const root = workshop::instance().project("dpkg-root");
    auto const dpkg =
        "PATH=$PATH:/usr/sbin:/sbin dpkg --root='" + root.string() + "' --force-script-chrootless ";
    run_in(root, "mkdir -p var/lib/dpkg/info var/lib/dpkg/updates && touch var/lib/dpkg/status");
    run_in(root, dpkg + "-i '" + built_deb().file.string() + "'");
    CHECK(fs::exists(root / "usr/include/switchback/switchback.hpp"));
    run_in(root, dpkg + "-r libswitchback-dev");
    CHECK_FALSE(fs::exists(root / "usr/include/switchback"));
    CHECK(run_in(root, "find . -name '*switchback*' -not -path './var/lib/dpkg/*'") == "");
}

TEST_CASE("consumers: programs build with what a Debian package brings") {
    if (!is_debian()) return;
    auto const& root = built_deb().root;
    auto const project = workshop::instance().project("deb-consumer");
    put_cmake_consumer(project);
    run_in(project, "cmake -B build -DCMAKE_PREFIX_PATH='" + (root / "usr").string() +
                        "' && cmake --build build");
    CHECK(run_in(project, "build/my-program") == what_main_prints);

    // With a sysroot, its .pc files' own /usr is the one in there.
    auto const found = "PKG_CONFIG_SYSROOT_DIR='" + root.string() + "' PKG_CONFIG_LIBDIR='" +
                       workshop::find_below(root / "usr", "switchback.pc").parent_path().string() +
                       "' PKG_CONFIG_SYSTEM_INCLUDE_PATH=- PKG_CONFIG_SYSTEM_LIBRARY_PATH=-";
    CHECK(run_in(project, "export " + found + " && " + command_with("pkg-config")) ==
          what_main_prints);
}

TEST_CASE("consumers: vcpkg's port says what vcpkg asks for") {
    auto const said = run_in(source_tree / "tools/packaging/vcpkg",
        "python3 -c 'import json; port = json.load(open(\"vcpkg.json\")); assert "
        "port[\"description\"]; "
        "assert all(each[\"host\"] for each in port[\"dependencies\"]); " // tools that run while it
                                                                          // is built
        "print(port[\"name\"], port[\"version\"], port[\"license\"])'");
    CHECK(said == "switchback " SB_VERSION " MIT\n");
}

TEST_CASE("consumers: vcpkg's port builds, and a program links the library of its own kind") {
    auto& shop = workshop::instance();
    auto const root = shop.scratch / "vcpkg";
    run_in(shop.sources,
        "cmake -DPORT_DIR=\"$PWD/tools/packaging/vcpkg\" -DROOT='" + root.string() + "' -P '" +
            (source_tree / "tests/consumers/stand_ins/vcpkg.cmake").string() + "'");
    auto const project = shop.project("vcpkg-consumer");
    put_cmake_consumer(project);
    for (std::string const kind : {"Debug", "Release"}) {
        auto const output = run_in(project,
            "cmake -B " + kind + " -DCMAKE_BUILD_TYPE=" + kind + " -DCMAKE_PREFIX_PATH='" +
                (root / "installed").string() + "' && cmake --build " + kind + " --verbose");
        CAPTURE(output);
        CHECK(run_in(project, kind + "/my-program") == what_main_prints);
        bool const links_debug_library = output.find((root / "installed/debug/lib").string() +
                                                     "/libswitchback") != std::string::npos;
        CHECK(links_debug_library == (kind == "Debug"));
    }
}

TEST_CASE("consumers: Conan's recipe makes a package, and its test package runs") {
    auto& shop = workshop::instance();
    auto const output = run_in(shop.sources,
        "python3 -B '" + (source_tree / "tests/consumers/stand_ins/conan_create.py").string() +
            "' tools/packaging/conan '" + (shop.scratch / "conan").string() + "'");
    CAPTURE(output);
    CHECK(output.rfind("switchback/" SB_VERSION "\n", 0) == 0);
    CHECK(ends_with(output, "\nswitchback works\n"));
}
