#!/bin/bash
# Writes layers with GNU tar, as root: gnu-layers.sh FOLDER. Each NAME.tar in FOLDER is one layer.
set -euo pipefail
mkdir -p "$1" && cd "$1"
export LC_ALL=C TZ=UTC
umask 022
then=@1700000000

# stage: an empty tree to fill; pack NAME OPTION...: what is in it, with fixed times where nothing set others.
stage() { rm -rf tree && mkdir tree; }
pack() { local name=$1; shift; (cd tree && find . -mindepth 1 -newermt @1750000000 -exec touch -h -d "$then" {} +); tar -cf "$name.tar" --sort=name --numeric-owner "$@" -C tree .; }
long() { printf 'a-rather-long-directory-name/%.0s' $(seq "$1"); }

stage # base: every type, owner, mode and time
mkdir -p tree/{bin,lib,data/deep/er,opaque/sub,gone/below,todir,tosymlink/inner,tofile/inner,sticky,owned}
cp /bin/busybox tree/bin/busybox
ln -s busybox tree/bin/sh
ln tree/bin/busybox tree/bin/zcat
for at in data/a data/b data/deep/er/c opaque/one opaque/sub/two gone/below/x tosymlink/inner/y tofile/inner/z tomode toowner tolink; do echo "base of $at" > "tree/$at"; done
echo 'a file' > tree/todir/../todirfile
echo setuid > tree/suid && chmod 4755 tree/suid
echo setgid > tree/sgid && chmod 2711 tree/sgid
chmod 1777 tree/sticky && chmod 0 tree/tomode && chmod 700 tree/owned
chown 65534:100000 tree/owned && echo far > tree/owned/far && chown 4000000000:3000000 tree/owned/far
ln tree/data/a tree/data/z-link && ln tree/data/a tree/0-link
ln -s /absolute/nowhere tree/dangling && ln -s loop tree/loop
ln -s ../../../../etc/passwd tree/data/upwards
touch -h -d @1234567890 tree/dangling
mknod tree/null c 1 3 && mknod tree/disk b 7 300 && chmod 600 tree/disk && mkfifo tree/pipe
ln tree/pipe tree/pipe-link && ln tree/dangling tree/dangling-link
printf raw > tree/$'r\xe9sum\xe9' && printf utf8 > tree/$'na\xc3\xafve' && printf odd > tree/$'new\nline and \\ blank'
mkdir -p "tree/$(long 3)" && echo ustar > "tree/$(long 3)file"
touch -d @1600000000.25 tree/data/deep/er/c
: > tree/empty
pack base --format=pax

stage # change: what a second layer does to a first one
mkdir -p tree/{data,opaque,todirfile,tosymlink-target}
: > tree/data/.wh.b && : > tree/.wh.gone && : > tree/opaque/.wh..wh..opq && echo new > tree/opaque/three
echo 'base of tomode' > tree/tomode && chmod 640 tree/tomode
echo 'base of toowner' > tree/toowner && chown 12:34 tree/toowner
echo inside > tree/todirfile/inside
ln -s tosymlink-target tree/tosymlink && echo 'now a file' > tree/tofile
: > tree/data/.wh.z-link && echo other > tree/data/a
: > tree/.wh.never-there

pack change --format=gnu

stage # same: a whiteout hides lower layers only, in either order
mkdir tree/data && : > tree/data/.wh.a && echo again > tree/data/a && mkdir -p tree/lib/new && : > tree/lib/.wh..wh..opq && echo new > tree/lib/new/file
pack same --format=ustar
tar -cf late.tar --format=ustar --numeric-owner --mtime="$then" --no-recursion -C tree ./data ./data/a ./data/.wh.a ./lib ./lib/new ./lib/new/file ./lib/.wh..wh..opq

for format in gnu oldgnu pax; do # names that no header field holds
  stage
  mkdir -p "tree/$(long 12)" && echo deep > "tree/$(long 12)$(printf 'n%.0s' {1..200})"
  ln -s "$(long 9)target" tree/far && ln "tree/$(long 12)$(printf 'n%.0s' {1..200})" tree/near
  mkdir "tree/in-$format" && printf 'x' > "tree/in-$format/"$'\xff\xfe'"$(printf 'q%.0s' {1..150})"
  pack "long-$format" --format=$format
done

sparse() { # holes at the start, in the middle and at the end, with more extents than one header block holds
  stage
  mkdir "tree/$1"
  truncate -s 3000000 "tree/$1/holes" && for at in $(seq 1 30); do printf "data $at" | dd of="tree/$1/holes" bs=1 seek=$((at * 65536)) conv=notrunc status=none; done
  truncate -s 1000000 "tree/$1/empty"
  printf start > "tree/$1/start" && truncate -s 700000 "tree/$1/start"
  truncate -s 500000 "tree/$1/end" && printf end >> "tree/$1/end"
  echo 'not sparse' > "tree/$1/plain"
}
sparse oldgnu; pack sparse-oldgnu --sparse --format=oldgnu
for version in 0.0 0.1 1.0; do sparse "pax-$version"; pack "sparse-pax-$version" --sparse --format=pax --sparse-version=$version; done

stage # over 8 GiB: nothing but holes around two words
mkdir tree/huge
printf one > tree/huge/pax && truncate -s 9663676416 tree/huge/pax && printf two >> tree/huge/pax
pack huge-pax --sparse --format=pax
mv tree/huge/pax tree/huge/gnu
pack huge-gnu --sparse --format=gnu

stage # before 1970, with and without a fraction
mkdir tree/old && touch -d @-86400 tree/old/whole && touch -d @-86400.5 tree/old/fraction && touch -h -d @-1 tree/old
pack old-pax --format=pax && pack old-gnu --format=gnu

stage # a file that is named like a whiteout of nothing
mkdir tree/data && echo bare > tree/data/.wh.
pack bare

stage # a link to a lower layer's file, and a file below a lower layer's symlink
mkdir tree/below && echo one > tree/below/first && ln -s below tree/by-symlink
pack lower
python3 - <<'P'
import io, tarfile
with tarfile.open("across.tar", "w", format=tarfile.GNU_FORMAT) as archive:
    for name, target in [("below/second", "below/first"), ("./third", "./below/second")]:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.mtime = tarfile.LNKTYPE, target, 1700000000
        archive.addfile(member)
def files(archive, names):
    with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mtime = 3, 1700000000
            archive.addfile(member, io.BytesIO(b"new"))
files("through.tar", ["by-symlink/through"])
files("upwards.tar", ["../../above", "below/../../../beside", "/./below/./dots"])
P

stage # a directory over a symlink to a directory, by an entry of its own
mkdir tree/by-symlink && echo own > tree/by-symlink/own
pack replaced

stage # a file, a link to it, and another file in its place
mkdir tree/again && echo first > tree/again/a && ln tree/again/a tree/again/b
pack again
rm tree/again/a && echo 'the second' > tree/again/a && touch -d "$then" tree/again/a
tar -rf again.tar --numeric-owner -C tree ./again/a

stage # links to a symlink and to a fifo, of which the first names go
mkdir tree/links && ln -s nowhere tree/links/s && ln tree/links/s tree/links/t
mkfifo tree/links/p && ln tree/links/p tree/links/q
pack linked
stage
mkdir tree/links && : > tree/links/.wh.s && : > tree/links/.wh.p
pack gone

stage # xattrs and a global header
mkdir tree/marked && echo marked > tree/marked/file
python3 - <<'P'
import os
os.setxattr("tree/marked/file", "user.note", b"a value\n=\xff")
os.setxattr("tree/marked/file", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))
P
pack xattrs --format=pax --xattrs --xattrs-include='*'
pack global --format=pax --pax-option=globexthdr.name=pax_global_header,comment=of-the-archive

stage # names: twice in one archive, ./ and plain and absolute
mkdir -p tree/names && echo first > tree/names/twice && echo kept > tree/names/plain
touch -h -d "$then" tree/names/* tree/names
tar -cf names.tar --format=gnu --numeric-owner -C tree ./names
echo second > tree/names/twice && chmod 600 tree/names/twice && touch -d @1700000001 tree/names/twice
tar -rf names.tar --format=gnu --numeric-owner -C tree names/twice
echo absolute > tree/names/absolute && touch -d "$then" tree/names/absolute
tar -rf names.tar --format=gnu --numeric-owner -P --transform='s,^,/,' -C tree names/absolute
rm tree/names/plain && mkdir tree/names/plain && touch -d "$then" tree/names/plain
tar -rf names.tar --format=gnu --numeric-owner --no-recursion -C tree names/plain

# garbage after the end of the archive
cp names.tar garbage.tar && head -c 5000 /dev/urandom >> garbage.tar
rm -rf tree
