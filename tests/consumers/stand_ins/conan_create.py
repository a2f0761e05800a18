"""What `conan create` does with a recipe, for a machine without Conan.

    conan_create.py DIRECTORY_OF_THE_RECIPE DIRECTORY_TO_WORK_IN

Each of the recipe's methods runs as Conan calls it, in directories laid out as Conan's; then the test
package is built with CMake files made from package_info(), and run.
"""

import importlib.util
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True

from conan import ConanFile  # noqa: E402


def recipe_in(directory, folders):
    file = directory / "conanfile.py"
    spec = importlib.util.spec_from_file_location(f"recipe_{len(sys.modules)}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (kind,) = [each for each in vars(module).values()
               if isinstance(each, type) and issubclass(each, ConanFile) and each is not ConanFile]
    return kind({"recipe": directory, **folders})


def write_cmake_config(info, package, directory):
    """As Conan's CMakeDeps would: a target for each component."""
    lines = []
    for name, component in info.components.items():
        target = component.properties["cmake_target_name"]
        links = [info.components[each].properties["cmake_target_name"] for each in component.requires]
        for library in component.libs:
            links += [str(next(package.glob(f"{where}/lib{library}.*"))) for where in component.libdirs]
        links += component.system_libs
        includes = [str(package / each) for each in component.includedirs]
        assert all(pathlib.Path(each).is_dir() for each in includes)
        lines += [
            f"add_library({target} INTERFACE IMPORTED)",
            f'set_target_properties({target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "{";".join(includes)}"'
            f' INTERFACE_LINK_LIBRARIES "{";".join(links)}")',
        ]
    directory.mkdir(parents=True)
    file = directory / f"{info.properties['cmake_file_name']}-config.cmake"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    where, root = (pathlib.Path(each).resolve() for each in sys.argv[1:])
    source, build, package = root / "source", root / "build", root / "package"

    recipe = recipe_in(where, {"export_sources": source, "source": source, "build": build, "package": package})
    for needed in ("name", "description", "license", "topics", "package_type"):
        assert getattr(recipe, needed), f"the recipe has no {needed}"
    assert set(recipe.options) == set(recipe.default_options)
    recipe.set_version()
    print(f"{recipe.name}/{recipe.version}", flush=True)
    recipe.export_sources()
    recipe.validate()
    recipe.layout()
    recipe.generate()
    recipe.build()
    recipe.package()
    assert (package / "licenses/LICENSE").is_file()
    shutil.rmtree(source)
    shutil.rmtree(build)
    recipe.package_info()
    write_cmake_config(recipe.cpp_info, package, root / "generators")

    test = recipe_in(where / "test_package", {
        "source": where / "test_package", "build": root / "test", "generators": root / "generators"})
    test.tested_reference_str = f"{recipe.name}/{recipe.version}"
    test.requirements()
    test.layout()
    test.build()
    test.test()


main()
