import pathlib
import shutil


def load(recipe, path):
    return pathlib.Path(path).read_text(encoding="utf-8")


def copy(recipe, pattern, src, dst):
    copied = []
    for path in pathlib.Path(src).glob(pattern + "*/*" if pattern.endswith("/*") else pattern):
        if path.is_file():
            to = pathlib.Path(dst) / path.relative_to(src)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)
            copied.append(str(to))
    assert copied, f"nothing is {pattern} in {src}"
    return copied


def rmdir(recipe, path):
    shutil.rmtree(path)
