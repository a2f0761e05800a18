"""Builds the library's tests with each compiler and for each platform that is installed, and runs them.

    matrix.py [--install] [ROW...]

Each row has a build directory of its own, build-matrix-ROW, and its log there. A row whose compiler or
emulator is missing is not run, and the table says so; --install puts in place what is missing. A test
program that does not build, or that breaks down, counts as one failed case. The last line is
"N passed, N failed", of test cases. The exit status is 0 if nothing failed, and every required row ran.
docs/platforms.md says what the rows stand for.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CROSS = ROOT / "tools/support/cross"
WINE_PREFIX = ROOT / "build-matrix-wine"
WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wimplicit-fallthrough -Werror".split()
TOOLS = ["meson", "ninja-build", "pkg-config", "python3", "doctest-dev"]


@dataclasses.dataclass
class Row:
    name: str
    compiler: str
    packages: list
    lacks: str = ""
    required: bool = False
    options: list = dataclasses.field(default_factory=list)
    cross: str = ""  # a file in tools/support/cross
    emulator: str = ""
    environment: dict = dataclasses.field(default_factory=dict)
    patience: int = 2  # the tests' time limits, times this
    arguments: list = dataclasses.field(default_factory=list)  # of the compiler

    kind = "tests"


@dataclasses.dataclass
class Standard:
    """Headers and tests under one -std, as far as compilers read them."""

    name: str
    spellings: list
    compilers = [("g++-12", "g++-12"), ("clang++-19", "clang-19")]
    required = False
    lacks = "read by the compilers (-fsyntax-only), not run"

    kind = "standard"

    @property
    def packages(self):
        return [package for _, package in self.compilers]


@dataclasses.dataclass
class BareMetal:
    """A machine without an operating system: tests/bare_metal/run knows how."""

    name: str
    arguments: list  # of that script
    compiler: str
    packages: list
    required = False
    lacks = "generators only; no exceptions, no heap"

    kind = "bare metal"


def gcc(version, **more):
    return Row(f"gcc-{version}", f"g++-{version}", [f"g++-{version}"], **more)


def clang(version, **more):
    return Row(f"clang-{version}", f"clang++-{version}", [f"clang-{version}"], **more)


def emulated(name, triplet, qemu, **more):
    return Row(name, f"{triplet}-g++", [f"g++-{triplet}", "qemu-user"], cross=f"{name}.ini",
               emulator=qemu, patience=20, **more)


LIBCXX = ["-stdlib=libc++"]
BARE_ARM = ["gcc-arm-none-eabi", "libstdc++-arm-none-eabi-newlib", "qemu-system-arm"]

ROWS = [
    gcc(11, required=True),
    gcc(12, required=True),
    clang(13),
    clang(14, required=True),
    clang(16),
    clang(19, required=True),
    Row("clang-16-libc++", "clang++-16", ["clang-16", "libc++-16-dev", "libc++abi-16-dev"],
        arguments=LIBCXX,
        options=[f"-Dcpp_args={' '.join(LIBCXX)}", f"-Dcpp_link_args={' '.join(LIBCXX)}"]),
    Row("mingw", "x86_64-w64-mingw32-g++-posix", ["g++-mingw-w64-x86-64-posix", "wine", "wine64"],
        required=True, cross="mingw.ini", emulator="wine", patience=10,
        environment={"WINEPREFIX": str(WINE_PREFIX), "WINEDEBUG": "-all"},
        lacks="Wine, not Windows; no signals, no fork"),
    Row("i386", "i686-linux-gnu-g++", ["g++-i686-linux-gnu"], cross="i386.ini"),
    emulated("armhf", "arm-linux-gnueabihf", "qemu-arm"),
    emulated("riscv64", "riscv64-linux-gnu", "qemu-riscv64"),
    emulated("s390x", "s390x-linux-gnu", "qemu-s390x", lacks="big endian"),
    Row("emscripten", "em++", ["emscripten"], cross="emscripten.ini", emulator="node", patience=20),
    BareMetal("bare-arm", ["arm"], "arm-none-eabi-g++", BARE_ARM),
    BareMetal("bare-arm-32", ["arm", "32"], "arm-none-eabi-g++", BARE_ARM),
    BareMetal("bare-avr", ["avr"], "clang++",
              ["clang", "gcc-avr", "avr-libc", "simavr", "libstdc++-arm-none-eabi-newlib"]),
    Standard("c++17", ["c++17"]),
    Standard("c++20", ["c++20"]),
    Standard("c++23", ["c++23", "c++2b"]),
]


@dataclasses.dataclass
class Outcome:
    ran: bool
    compiler: str = ""
    library: str = ""
    passed: int = 0
    failed: int = 0
    files: int = 0  # read without a warning, where nothing is run
    seconds: tuple = ()
    note: str = ""


def note_of(*parts):
    return "; ".join(part for part in parts if part)


def jobs():
    return len(os.sched_getaffinity(0))


def output_of(command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **more)
    return done.returncode, done.stdout


def version_of(compiler):
    _, text = output_of([compiler, "--version"])
    found = re.search(r"\d+\.\d+\.\d+", text)
    if found:
        return f"{compiler} {found.group()}"
    macros = macros_of(compiler)
    return f"{compiler} {macros.get('__GNUC__', '?')}.{macros.get('__GNUC_MINOR__', '?')}"


def macros_of(compiler, arguments=()):
    done = subprocess.run([compiler, *arguments, "-std=c++17", "-dM", "-E", "-x", "c++", "-"],
                          input="#include <cstddef>\n", text=True, capture_output=True, check=False)
    return dict(re.findall(r"^#define (\w+) (.*)$", done.stdout, re.MULTILINE))


def library_of(compiler, arguments=()):
    macros = macros_of(compiler, arguments)
    if "_LIBCPP_VERSION" in macros:
        version = int(macros["_LIBCPP_VERSION"])  # 160006 since 16, 14000 before
        return f"libc++ {version // 10000 if version >= 100000 else version // 1000}"
    if "_GLIBCXX_RELEASE" in macros:
        return f"libstdc++ {macros['_GLIBCXX_RELEASE']}"
    return "?"


def install(row):
    """Through need_packages, which leaves alone what is there."""
    subprocess.run(["bash", "-c", 'cd -- "$1" && . tools/support/setup.sh && shift && need_packages "$@"',
                    "tools/test", str(ROOT), *TOOLS, *row.packages], check=False)


def doctest_for_everyone():
    """doctest as a directory of its own: cross compilers must not see the rest of /usr/include."""
    directory = ROOT / "build-matrix-doctest"
    headers = directory / "include/doctest"
    headers.mkdir(parents=True, exist_ok=True)
    installed = pathlib.Path("/usr/include/doctest/doctest.h")
    if not installed.exists():
        sys.exit("matrix: doctest is not installed (Debian: doctest-dev)")
    shutil.copyfile(installed, headers / "doctest.h")
    (directory / "doctest.pc").write_text(
        "Name: doctest\nDescription: doctest\nVersion: 2\n"
        f"Cflags: -I{directory / 'include'}\n", encoding="utf-8")
    return directory


def meson_setup(directory, environment, options, log):
    if (directory / "build.ninja").exists():
        return True
    command = ["meson", "setup", str(directory), "--buildtype=plain", "-Db_ndebug=false", "-Dtools=disabled",
               "-Ddeveloper_mode=enabled", f"-Dpkg_config_path={doctest_for_everyone()}", *options]
    return logged(command, environment, log)


def logged(command, environment, log):
    log.write(f"\n$ {' '.join(command)}\n")
    log.flush()
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                          stderr=subprocess.STDOUT, check=False).returncode == 0


def library_tests(directory):
    """The tests of the suite: name -> (program, as Ninja knows it; [(source, its arguments)])."""
    def introspect(what):
        return json.loads(subprocess.run(["meson", "introspect", what, str(directory)], check=True,
                                         capture_output=True, text=True).stdout)

    targets = {target["id"]: target for target in introspect("--targets")}
    found = {}
    for test in introspect("--tests"):
        if not any(suite.split(":")[-1] == "library" for suite in test["suite"]):
            continue
        for depends in test["depends"]:
            target = targets[depends]
            if target["type"] != "executable":
                continue
            sources = [(source, part["parameters"])
                       for part in target["target_sources"] for source in part["sources"]]
            program = os.path.relpath(target["filename"][0], directory)
            found[test["name"]] = (program, sources)
    return found


def tail(path, lines=40):
    with open(path, encoding="utf-8", errors="replace") as log:
        return "".join(log.readlines()[-lines:])


def complaints(path, most=20):
    """What compilers call errors, of a log."""
    with open(path, encoding="utf-8", errors="replace") as log:
        return "".join([line for line in log if "error: " in line][:most])


def run_tests(row):
    for needed in (row.compiler, row.emulator):
        if needed and not shutil.which(needed):
            return Outcome(False, note=f"{needed} is not installed")

    directory = ROOT / f"build-matrix-{row.name}"
    directory.mkdir(exist_ok=True)
    environment = {**os.environ, **row.environment, "CXX": row.compiler}
    options = list(row.options)
    if row.cross:
        options += ["--cross-file", str(CROSS / row.cross)]
    outcome = Outcome(True, version_of(row.compiler), library_of(row.compiler, row.arguments))
    begin = time.monotonic()
    log_path = directory / "matrix.log"
    with open(log_path, "w", encoding="utf-8") as log:
        if row.emulator == "wine":
            logged(["wine", "wineboot", "-i"], environment, log)
        if not meson_setup(directory, environment, options, log):
            print(tail(log_path))
            outcome.failed = 1
            outcome.note = "cannot be configured"
            return outcome
        tests = library_tests(directory)
        programs = [program for program, _ in tests.values()]
        for program in programs:  # so that none is taken for the one that has just failed to build
            (directory / program).unlink(missing_ok=True)
        logged(["ninja", "-C", str(directory), "-k", "0", "-j", str(jobs()), *programs], environment, log)
        missing = [name for name, (program, _) in tests.items() if not (directory / program).exists()]
        built = time.monotonic()
        there = [name for name in tests if name not in missing]
        if there:
            went_well = logged(["meson", "test", "-C", str(directory), "--no-rebuild", "--suite", "library",
                                "--timeout-multiplier", str(row.patience), "--print-errorlogs", *there],
                               environment, log)
            _, said = output_of([sys.executable, str(ROOT / "tools/support/count_cases.py"),
                                 str(directory / "meson-logs/testlog.json"), "0" if went_well else "1"])
            outcome.passed, outcome.failed = map(int, re.findall(r"\d+", said)[-2:])
        if row.emulator == "wine":
            logged(["wineserver", "-w"], environment, log)
    outcome.failed += len(missing)
    outcome.seconds = (built - begin, time.monotonic() - built)
    outcome.note = note_of(row.lacks, "does not build: " + ", ".join(missing) if missing else "")
    if outcome.failed:
        print(complaints(log_path) if missing else "", tail(log_path), sep="")
    return outcome


def spelling_of(compiler, standard):
    for spelling in standard.spellings:
        status, _ = output_of([compiler, f"-std={spelling}", "-E", "-x", "c++", "/dev/null"])
        if status == 0:
            return spelling
    return None


def sources_under(directory, standard):
    """The tests' files with their arguments, but those that need a later standard."""
    found = {}
    for _, sources in library_tests(directory).values():
        for source, given in sources:
            own = [each for each in given if each.startswith("-std=")]
            if all(each[-2:] <= standard.name[-2:] for each in own):
                found.setdefault(source, [each for each in given if each not in own])
    return sorted(found.items())


def read_under(standard):
    compilers = [compiler for compiler, _ in standard.compilers if shutil.which(compiler)]
    if not compilers:
        return Outcome(False, note=f"{standard.compilers[0][0]} is not installed")
    begin = time.monotonic()
    log_path = ROOT / f"build-matrix-{standard.name}/matrix.log"
    log_path.parent.mkdir(exist_ok=True)
    include = ROOT / "include"
    headers = [header for header in sorted(include.glob("switchback/**/*.hpp"))
               if "detail" not in header.parts]
    with open(log_path, "w", encoding="utf-8") as log:
        commands = []
        for compiler in compilers:
            directory = ROOT / f"build-matrix-read-{compiler}"
            if not meson_setup(directory, {**os.environ, "CXX": compiler}, [], log):
                print(tail(log_path))
                return Outcome(True, failed=1, note="cannot be configured")
            spelling = spelling_of(compiler, standard)
            for source, given in sources_under(directory, standard):
                commands.append((directory, [compiler, *given, f"-std={spelling}", "-fsyntax-only", source]))
            # A header is included by a file that is empty: compilers warn of a main file with "pragma once".
            commands += [(directory, [compiler, *WARNINGS, f"-I{include}", f"-std={spelling}",
                                      "-fsyntax-only", "-include", str(header), "-x", "c++", "/dev/null"])
                         for header in headers]
        outcome = Outcome(True, " and ".join(map(version_of, compilers)),
                          library_of(compilers[0]), note=standard.lacks)

        def read(directory, command):
            status, said = output_of(command, cwd=directory)
            return status, f"\n$ {' '.join(command)}\n{said}"

        with concurrent.futures.ThreadPoolExecutor(jobs()) as pool:
            reads = [pool.submit(read, *command) for command in commands]
            for each in reads:
                status, said = each.result()
                if status == 0:
                    outcome.files += 1
                else:
                    outcome.failed += 1
                    log.write(said)
                    print(said[:2000])
    outcome.seconds = (time.monotonic() - begin, 0)
    if len(compilers) < len(standard.compilers):
        outcome.note = note_of(outcome.note, f"with {compilers[0]} only")
    return outcome


def run_bare_metal(row):
    script = ROOT / "tests/bare_metal/run"
    if not script.exists():
        return Outcome(False, note="tests/bare_metal/run is missing")
    begin = time.monotonic()
    status, said = output_of([str(script), *row.arguments], cwd=ROOT)
    directory = ROOT / f"build-matrix-{row.name}"
    directory.mkdir(exist_ok=True)
    log_path = directory / "matrix.log"
    log_path.write_text(said, encoding="utf-8")
    if status == 77:
        return Outcome(False, note=(said.strip().splitlines() or ["what it needs is not installed"])[-1])
    counted = re.findall(r"(\d+) passed, (\d+) failed", said)
    passed, failed = map(int, counted[-1]) if counted else (0, 0)
    if (status or not counted) and not failed:
        failed = 1
    if failed:
        print(tail(log_path))
    return Outcome(True, version_of(row.compiler), "none", passed, failed,
                   seconds=(time.monotonic() - begin,), note=row.lacks)


RUN = {"tests": run_tests, "standard": read_under, "bare metal": run_bare_metal}


def cells(row, outcome):
    if not outcome.ran:
        return [row.name, "", "", "not run", "", note_of(outcome.note, "required" if row.required else "")]
    passed = f"{outcome.files} files" if row.kind == "standard" else str(outcome.passed)
    return [row.name, outcome.compiler, outcome.library, f"{passed} / {outcome.failed}",
            " + ".join(f"{seconds:.0f} s" for seconds in outcome.seconds if seconds >= 0.5), outcome.note]


def print_table(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def main():
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="tools/test --matrix")
    parser.add_argument("--install", action="store_true", help="first install what is missing (Debian)")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(names)} (default: all)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.rows if name not in names]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)} (there are {', '.join(names)})")
    rows = [row for row in ROWS if not arguments.rows or row.name in arguments.rows]

    outcomes = []
    for row in rows:
        if arguments.install:
            install(row)
        print(f"{row.name} …", flush=True)
        outcome = RUN[row.kind](row)
        outcomes.append(outcome)
        print("   ", ", ".join(cell for cell in cells(row, outcome)[1:] if cell), flush=True)

    print()
    print_table([["row", "compiler", "standard library", "passed / failed", "build + run", "notes"],
                 *(cells(row, outcome) for row, outcome in zip(rows, outcomes))])
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    not_run = [row.name for row, outcome in zip(rows, outcomes) if row.required and not outcome.ran]
    if not_run:
        print(f"Required, and not run: {', '.join(not_run)}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not_run or passed + sum(o.files for o in outcomes) == 0 else 0)


main()
