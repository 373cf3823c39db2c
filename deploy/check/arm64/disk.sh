#!/bin/bash
# disk.sh DEBS OUT: unpacks the packages in DEBS, without running anything of them, into a disk that a machine can start from:
# OUT/vmlinuz and OUT/system.img. Run as root, or as one in a user namespace: what is unpacked becomes root's.
set -euo pipefail
debs=$1 out=$2
root=$out/root
init=$(dirname "$0")/init.sh

rm -rf "$root"
mkdir -p "$root"/usr/{bin,sbin,lib}
for name in bin sbin lib; do ln -s usr/$name "$root/$name"; done
for package in "$debs"/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --no-same-owner --keep-directory-symlink -C "$root"
done
mv "$root"/boot/vmlinuz-* "$out/vmlinuz"
rm -rf "$root"/boot "$root"/usr/lib/modules "$root"/usr/share/{doc,man,locale,i18n}

mkdir -p "$root"/{dev,home,mnt,proc,root,run,suite,sys,tmp}
chmod 1777 "$root/tmp"
chmod 700 "$root/root"
[ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
printf '%s\n' root:x:0:0::/root:/bin/sh user:x:1000:1000::/:/bin/sh nobody:x:65534:65534::/:/bin/sh >"$root/etc/passwd"
printf '%s\n' root:x:0: user:x:1000: nogroup:x:65534: >"$root/etc/group"
echo 'root:*:1::::::' >"$root/etc/shadow"
chmod 600 "$root/etc/shadow"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
install -m 755 "$init" "$root/init"

# Tests write some hundred MiB on top. The partition has a name by which the kernel finds it (machine.ts), whichever disk answers first.
size=$(($(du -sm "$root" | cut -f1) + 600))
image=$out/system.img
rm -f "$image"
mke2fs -q -t ext4 -O ^has_journal -E offset=$((1 << 20)) -d "$root" "$image" "${size}M"
at() { dd of="$image" bs=1 seek="$1" conv=notrunc status=none; }
number() { for shift in 0 8 16 24; do printf '%b' "\\x$(printf %x $(($1 >> shift & 255)))"; done; }
number 0x6f726568 | at 440
{ printf '\0\0\0\0\x83\0\0\0' && number 2048 && number $((size * 2048)); } | at 446
printf '\x55\xaa' | at 510
rm -rf "$root"
