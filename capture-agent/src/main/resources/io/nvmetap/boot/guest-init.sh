#!/bin/busybox sh
# The guest's first and only process: does one workload with the NVMe disk, says how it went and
# powers off. Lines for the world outside begin with NVMETAP; the last is NVMETAP DONE or NVMETAP
# FAILED and a reason. nvmetap.workload= on the kernel command line picks the workload.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmp /tmp
# The kernel writes into the middle of our lines: only what is wrong may do that from here on.
dmesg -n 5

say() { echo "NVMETAP $*"; }

# drain: waits until the console has sent all; changing a terminal's modes does
drain() { stty opost; }

finish() {
    dmesg | grep -E 'nvme.*(timeout|I/O error|Abort|Device not ready|resetting)|EXT4-fs.*error' |
        head -n 20 | while read -r line; do say "TROUBLE $line"; done
    sync
    say "$*"
    drain
    poweroff -f
    # The system goes down while this process waits; were it to end, the kernel would panic.
    while :; do usleep 1000000; done
}

fail() { finish "FAILED $*"; }

# argument NAME DEFAULT: value of nvmetap.NAME= on the kernel command line
argument() {
    value=$2
    for word in $(cat /proc/cmdline); do
        case $word in "nvmetap.$1="*) value=${word#*=} ;; esac
    done
    echo "$value"
}

# now: milliseconds since boot; the kernel gives hundredths of a second
now() {
    read -r up rest </proc/uptime
    echo $((${up%.*} * 1000 + 1${up#*.}0 - 1000))
}

await_disk() {
    n=0
    while :; do
        disk=$(ls -d /dev/nvme*n1 2>/dev/null | head -n 1)
        [ -b "$disk" ] && return
        [ $n -lt 400 ] || fail "no NVMe disk after 20 s"
        usleep 50000
        n=$((n + 1))
    done
}

interrupts() {
    grep nvme /proc/interrupts | tr -s ' ' | while read -r line; do say "INTERRUPTS $line"; done
}

# find_ext4: sets ext4 to the first partition, or the whole disk, that holds one
find_ext4() {
    for ext4 in "$disk"p* "$disk"; do
        [ -b "$ext4" ] || continue
        magic=$(dd if="$ext4" bs=1 skip=1080 count=2 2>/dev/null | xxd -p)
        [ "$magic" = 53ef ] && return 0
    done
    return 1
}

mount_ext4() {
    find_ext4 || fail "no ext4 on $disk"
    mount -t ext4 "$ext4" /mnt || fail "cannot mount $ext4"
    mkdir -p /mnt/nvmetap || fail "cannot write to $ext4"
}

check() {
    mount_ext4
    say "MOUNTED $ext4"
    cd /mnt/nvmetap || fail "no folder on $ext4"
    for k in 1 2 3 4 5 6 7 8; do
        dd if=/dev/urandom of=file$k bs=64k count=$((k * 2)) 2>/dev/null || fail "writing file$k"
    done
    sha256sum file? >/tmp/before || fail "summing up"
    sync
    echo 3 >/proc/sys/vm/drop_caches
    sha256sum file? >/tmp/after || fail "reading back"
    while read -r sum name; do say "SHA256 $sum $name"; done </tmp/after
    cmp -s /tmp/before /tmp/after || fail "CHECKSUMS DIFFER"
    say "CHECKSUMS EQUAL"
    rm file5 file6 file7 file8
    grep -v 'file[5-8]' /tmp/before >SHA256SUMS || fail "writing the manifest"
    cd /
    sync
    fstrim /mnt 2>/tmp/trim && say "TRIMMED" || say "NOT TRIMMED $(cat /tmp/trim)"
    umount /mnt || fail "cannot unmount $ext4"
    say "UNMOUNTED"
}

# depth N: 4 KiB direct reads by N processes that start together
depth() {
    ops=$(argument ops 2048)
    each=$((ops / $1))
    [ $(($(blockdev --getsz "$disk") / 8)) -ge "$ops" ] || fail "$disk is shorter than $ops reads"
    mkfifo /tmp/gate
    exec 3<>/tmp/gate
    k=0
    while [ $k -lt "$1" ]; do
        (
            read -r go <&3
            exec dd if="$disk" of=/dev/null bs=4096 count=$each skip=$((k * each)) iflag=direct \
                2>/tmp/dd$k
        ) &
        k=$((k + 1))
    done
    from=$(now)
    k=0
    while [ $k -lt "$1" ]; do
        echo go >&3
        k=$((k + 1))
    done
    wait
    to=$(now)
    k=0
    while [ $k -lt "$1" ]; do
        grep -q "^$each+0 records in" /tmp/dd$k || fail "reading: $(head -n 1 /tmp/dd$k)"
        k=$((k + 1))
    done
    say "WORKLOAD depth=$1 ops=$((each * $1)) ms=$((to - from))"
}

reboot_once() {
    mount_ext4
    if [ -e /mnt/nvmetap/rebooted ]; then
        say "SECOND BOOT"
        rm /mnt/nvmetap/rebooted
        umount /mnt || fail "cannot unmount $ext4"
        check
        return
    fi
    say "FIRST BOOT"
    echo marked >/mnt/nvmetap/rebooted || fail "cannot leave a mark on $ext4"
    umount /mnt || fail "cannot unmount $ext4"
    say "REBOOTING"
    drain
    reboot -f
    while :; do usleep 1000000; done
}

# reads WHEN: some direct reads
reads() {
    await_disk
    dd if="$disk" of=/dev/null bs=64k count=32 iflag=direct 2>/tmp/reads ||
        fail "reading $1: $(head -n 1 /tmp/reads)"
    say "READ $1"
}

rebind() {
    controller=/sys/class/nvme/nvme0
    address=$(basename "$(readlink -f $controller/device)")
    reads "at first"
    echo 1 >$controller/reset_controller || fail "resetting the controller"
    reads "after reset"
    echo "$address" >/sys/bus/pci/drivers/nvme/unbind || fail "unbinding the driver"
    [ ! -e /dev/nvme0 ] || fail "the controller is there after unbind"
    echo "$address" >/sys/bus/pci/drivers/nvme/bind || fail "binding the driver"
    reads "after bind"
    echo 1 >"/sys/bus/pci/devices/$address/remove" || fail "removing the device"
    [ ! -e "/sys/bus/pci/devices/$address" ] || fail "the device is there after remove"
    echo 1 >/sys/bus/pci/rescan || fail "looking for devices"
    reads "after rescan"
    if find_ext4; then check; fi
}

workload=$(argument workload check)
say "BOOT $(uname -r) workload=$workload"
await_disk
say "DISK $disk $(blockdev --getsize64 "$disk") bytes"
case $workload in
check) check ;;
depth1) depth 1 ;;
depth32) depth 32 ;;
reboot) reboot_once ;;
rebind) rebind ;;
*) fail "no workload $workload" ;;
esac
interrupts
finish DONE
