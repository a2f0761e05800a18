import subprocess


class MesonToolchain:
    def __init__(self, recipe):
        self.recipe = recipe
        self.project_options = {}

    def generate(self):
        self.recipe.meson_options = [f"-D{name}={value}" for name, value in self.project_options.items()]


class Meson:
    def __init__(self, recipe):
        self.recipe = recipe

    def _run(self, *command):
        subprocess.run(["meson", *command], check=True)

    def configure(self):
        recipe = self.recipe
        self._run(
            "setup", recipe.build_folder, recipe.source_folder, "--prefix=/", "--libdir=lib",
            f"--buildtype={str(recipe.settings.build_type).lower()}", "-Ddefault_library=static",
            *recipe.meson_options,
        )

    def build(self):
        self._run("compile", "-C", self.recipe.build_folder)

    def install(self):
        recipe = self.recipe
        self._run("install", "-C", recipe.build_folder, "--quiet", "--destdir", recipe.package_folder)
