"""As much of Conan 2 as our recipe uses, for a machine without Conan. What Conan would run is run."""

import subprocess


class Settings:
    os = "Linux"
    arch = "x86_64"
    compiler = "gcc"
    build_type = "Debug"

    def __init__(self, names):
        unknown = set(names) - {"os", "arch", "compiler", "build_type"}
        if unknown:
            raise AttributeError(f"no such settings: {unknown}")


class CppInfo:
    def __init__(self):
        self.properties = {}
        self.components = Components()
        self.includedirs = ["include"]
        self.libdirs = ["lib"]
        self.bindirs = ["bin"]
        self.libs = []
        self.system_libs = []
        self.requires = []

    def set_property(self, name, value):
        self.properties[name] = value


class Components(dict):
    def __missing__(self, name):
        self[name] = CppInfo()
        return self[name]


class Folder:
    pass


class ConanFile:
    name = None
    version = None
    settings = ()
    options = {}
    default_options = {}

    def __init__(self, folders):
        for name, path in folders.items():
            setattr(self, name + "_folder", str(path))
        self.settings = Settings(type(self).settings)
        self.cpp_info = CppInfo()
        self.cpp = Folder()
        self.cpp.build = Folder()
        self.cpp.build.bindir = None

    def requires(self, reference):
        self.required = reference

    def run(self, command, env=None):
        subprocess.run([*command.split()], check=True, cwd=self.build_folder)
