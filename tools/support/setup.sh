# For scripts to source: puts in place what a build needs.
# shellcheck shell=bash

# Prints its arguments as a message, and ends the script.
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# need_packages NAME…: installs those Debian packages that are missing, and touches nothing else.
need_packages() {
    local package missing=() as_root=()

    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        printf '%s\n' "This is no Debian, so nothing is installed. Should the build miss something," \
            "here is what it needs, by Debian's names: $*" >&2
        return 0
    fi

    for package in "$@"; do
        # A package that was removed is still known, but with another status.
        dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null |
            grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "missing packages; as root, run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]} …"
    "${as_root[@]}" apt-get update -qq ||
        echo "The package lists could not be updated; going on with those that are there." >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "cannot install; as root, run: apt-get install ${missing[*]}"
}

# build_release DIRECTORY TARGET…: builds, configuring first what is not configured yet.
build_release() {
    local directory=$1
    shift
    if [ ! -f "$directory/build.ninja" ]; then
        meson setup "$directory" --buildtype=release -Dtests=disabled ||
            fail "the build cannot be configured: see above"
    fi
    meson compile -C "$directory" "$@" || fail "the build has failed: see above"
}
