import subprocess


def cmake_layout(recipe):
    recipe.cpp.build.bindir = "."


class CMake:
    def __init__(self, recipe):
        self.recipe = recipe

    def configure(self):
        recipe = self.recipe
        subprocess.run(
            [
                "cmake", "-S", recipe.source_folder, "-B", recipe.build_folder,
                f"-DCMAKE_BUILD_TYPE={recipe.settings.build_type}",
                f"-Dswitchback_DIR={recipe.generators_folder}",
            ],
            check=True,
        )

    def build(self):
        subprocess.run(["cmake", "--build", self.recipe.build_folder], check=True)
