#!/bin/bash
# The part of conda that the stand-in has: `conda env create -f FILE`, `conda run [--no-capture-output] -n NAME …`, `conda clean …`.
set -e
root=/opt/conda
case "$1" in
  env)
    file=environment.yml
    [ "$3" = -f ] && file=$4
    name=$(sed -n 's/^name: *//p' "$file")
    prefix=$root/envs/$name
    mkdir -p "$prefix/conda-meta"
    cp -a $root/bin $root/lib "$prefix"/
    rm "$prefix/bin/conda"
    head -c 5000000 /dev/urandom > $root/pkgs/downloaded.conda
    sed -n '/- pip:/,$p' "$file" | sed -n 's/^ *- *\([a-z].*[a-z0-9]\) *$/\1/p' | xargs "$prefix/bin/python" -m pip install --no-cache-dir
    # As libgdal and proj do: data in the environment, and a variable that leads to it.
    if grep -q '^ *- lexicon' "$file"; then
      mkdir -p "$prefix/share/lexicon" "$prefix/etc/conda/activate.d"
      echo 'haus house' > "$prefix/share/lexicon/words"
      echo 'export LEXICON_DATA="$CONDA_PREFIX/share/lexicon"' > "$prefix/etc/conda/activate.d/lexicon_activate.sh"
    fi
    ;;
  run)
    shift
    while [ "${1#-}" != "$1" ]; do
      case "$1" in -n) name=$2; shift 2 ;; *) shift ;; esac
    done
    export CONDA_PREFIX=$root/envs/$name CONDA_DEFAULT_ENV=$name CONDA_SHLVL=1
    export PATH=$CONDA_PREFIX/bin:$PATH
    for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do [ -e "$script" ] && . "$script"; done
    "$@"
    ;;
  clean) rm -rf $root/pkgs/* ;;
  *) echo "the stand-in for conda has no $1" >&2; exit 1 ;;
esac
