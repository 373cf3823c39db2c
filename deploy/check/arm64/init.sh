#!/bin/sh
# Process 1 of the machine: runs the suite that lies on the other disk, as root and as an ordinary user, and switches off.
# Lines that begin with @@ are read by report.ts.
export PATH=/usr/bin:/usr/sbin LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/shm /dev/mqueue /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t devpts -o ptmxmode=0666 devpts /dev/pts
ln -s /proc/self/fd /dev/fd
busybox ip link set lo up
# Disks are numbered as they answer. That of the system is no archive.
for disk in /dev/nvme?n1; do tar -xf $disk -C /suite 2>/dev/null && break; done
# As after an installation, which unpacking is not: without it each interpreter compiles what it imports.
python3 -m compileall -q -j 2 /usr/lib/python3*

. /suite/what # TESTS
cd /suite/services/executor/python
export PYTHONPATH=.:tests/fixture_sdk PYTHONDONTWRITEBYTECODE=1
run() {
  as=$1
  shift
  echo "@@ begin $as"
  "$@" python3 /suite/tier.py
  "$@" python3 -m unittest -v $TESTS 2>&1
  echo "@@ end $? $as"
}
echo "@@ machine Linux $(uname -r), $(python3 --version), $(uname -m)"
run root env
run 'an ordinary user' setpriv --reuid 1000 --regid 1000 --clear-groups
sync
busybox poweroff -f
