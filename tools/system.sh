#!/bin/sh
# Installs what the package needs and this system lacks, through apt, as binaries.
# With `developer` also what `make check` and `make docs` need; with `ci`, what no test is skipped with.
set -eu

install() {
  [ $# -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ]; then
    sudo=
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo=sudo
  else
    sudo=none
  fi
  if [ "$sudo" = none ] || ! command -v apt-get >/dev/null; then
    echo "These are missing, and can't be installed from here: $*" >&2
    echo "On Debian or Ubuntu, run this, then try again:" >&2
    echo "  sudo apt-get install --no-install-recommends $*" >&2
    exit 1
  fi
  echo "Installing $*" >&2
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@"
}

missing=
need() { # command, Debian package
  command -v "$1" >/dev/null || missing="$missing $2"
}
need Rscript r-base-core
need R r-base-dev
need g++ r-base-dev
packages=
for purpose in "$@"; do
  case $purpose in
    developer)
      need qpdf qpdf
      need pandoc pandoc
      need clang-format clang-format
      packages=roxygen2
      ;;
    ci)
      need dot graphviz
      need python3 python3
      python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
      ;;
  esac
done
install $missing

# R can tell the rest.
missing=$(Rscript --vanilla tools/system.R $packages)
install $missing
