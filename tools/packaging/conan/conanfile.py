"""A recipe for Conan 2. It packs the sources that it lies in:

    conan create tools/packaging/conan --build=missing -s compiler.cppstd=17

In Conan's own index it would fetch a release, in source(), with the checksum of that release's archive.
"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load, rmdir
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain


class SwitchbackConan(ConanFile):
    name = "switchback"
    description = "Generators and tasks with yield and await, for C++17"
    license = "MIT"
    topics = ("coroutines", "generators", "async", "tasks")
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"fPIC": [True, False]}
    default_options = {"fPIC": True}
    implements = ["auto_shared_fpic"]

    def _tree(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        build = load(self, os.path.join(self._tree(), "meson.build"))
        self.version = re.search(r"version: '([^']+)'", build).group(1)

    def export_sources(self):
        files = ("LICENSE", "meson.build", "meson_options.txt", "include/*", "src/*", "tools/packaging/cmake/*")
        for pattern in files:
            copy(self, pattern, src=self._tree(), dst=self.export_sources_folder)

    def validate(self):
        check_min_cppstd(self, 17)

    def layout(self):
        basic_layout(self)

    def generate(self):
        toolchain = MesonToolchain(self)
        for option in ("developer_mode", "tests", "tools"):
            toolchain.project_options[option] = "disabled"
        toolchain.generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        Meson(self).install()
        # Conan writes its own, from what package_info() says.
        for directory in ("cmake", "pkgconfig"):
            rmdir(self, os.path.join(self.package_folder, "lib", directory))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "switchback")

        generators = self.cpp_info.components["generators"]
        generators.set_property("cmake_target_name", "switchback::generators")
        generators.set_property("pkg_config_name", "switchback-generators")
        generators.bindirs = []
        generators.libdirs = []

        library = self.cpp_info.components["switchback"]
        library.set_property("cmake_target_name", "switchback::switchback")
        library.set_property("pkg_config_name", "switchback")
        library.libs = ["switchback"]
        library.requires = ["generators"]
        if self.settings.os in ("Linux", "FreeBSD"):
            library.system_libs = ["pthread"]
