# shellcheck shell=bash
# A lab of booted Debian 13 guests on one machine, for tests that need real init, real sshd and real packet filters.
# Sourced by bash, as root. Owns: one namespace with a bridge, and the guests in it. Does not know: what is
# deployed on the guests, or how it is judged. The guest tree is made by `guest-tree`, beside this file.
#
#   . tests/real/lab.sh
#   lab_up 192.168.100.1/24                # the bridge br0 with this address; the caller's EXIT trap is set to lab_down
#   guest_up dns 192.168.100.11            # an address without a length takes the bridge's; further addresses may follow
#   guest_wait dns                         # until its init says running or degraded
#   in_guest dns ip -br addr               # a command inside the guest
#   in_lab ssh -i "$LAB_KEY" …             # a command in the lab's network, as Ansible's controller
#   guest_reboot dns / guest_stop dns / guest_kill dns
#   lab_down
#
# Everything lives in one PID namespace whose first process dies with the shell that called lab_up, even when that one
# is killed with SIGKILL: nothing is left behind, no guest, no mount, no bridge, no rule.
# Guests cannot reach the world; what roles install comes from the guest tree's own apt repository.

. "$(dirname "${BASH_SOURCE[0]}")/paths.sh"
LAB_BASE=${LAB_BASE:-$GUEST_DIR/base}
LAB_KEY=${LAB_KEY:-$GUEST_DIR/key}
LAB_NSPAWN=() # further options of nspawn for the guests that are booted from here on

# The private mount namespace gets cgroup v2 at its usual place: on a machine with both versions mounted side by side
# nspawn fails otherwise. /run is private, since nspawn writes there. The first process reaps (a plain `sleep` would
# leave the stopped guests as zombies, and waiting for their exit would never end).
lab_up() { # BRIDGE-ADDRESS/LENGTH
  LAB_BRIDGE=${1:-192.168.100.1/24}
  [ -x "$LAB_BASE/usr/lib/systemd/systemd" ] || { echo "lab: no guest tree at $LAB_BASE: run tests/real/install" >&2; return 1; }
  LAB=$(mktemp -d)
  LAB_PID='' LAB_ANCHOR=''
  trap lab_down EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  setpriv --pdeathsig KILL unshare --mount --net --pid --uts --ipc --fork --kill-child=SIGKILL --mount-proc \
    --propagation private bash -c '
      set -e
      umount -l /sys/fs/cgroup
      mount -t cgroup2 cgroup2 /sys/fs/cgroup
      mkdir -p "/sys/fs/cgroup/$1"
      mount -t tmpfs tmpfs /run
      mkdir /run/systemd
      ip link set lo up
      ip link add br0 type bridge forward_delay 0
      ip addr add "$2" dev br0
      ip link set br0 up
      touch /run/ready
      while :; do sleep 3600 & wait $!; done' lab "lab-${LAB##*.}" "$LAB_BRIDGE" </dev/null &
  LAB_PID=$!
  local _
  for _ in $(seq 200); do
    LAB_ANCHOR=$(pgrep -P "$LAB_PID") && nsenter -t "$LAB_ANCHOR" -m test -e /run/ready 2>/dev/null && return 0
    kill -0 "$LAB_PID" 2>/dev/null || break
    sleep .05
  done
  echo "lab: the namespace did not come up" >&2
  return 1
}

lab_down() {
  if [ -n "${LAB_PID:-}" ]; then
    kill -9 "$LAB_PID" 2>/dev/null || true
    wait "$LAB_PID" 2>/dev/null || true
  fi
  LAB_PID=
  [ -n "${LAB:-}" ] || return 0
  # The kernel takes the guests down one after another once the namespace's first process is gone; their cgroups can be
  # removed when they are empty.
  local root _
  for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do
    for _ in $(seq 100); do
      [ -d "$root/lab-${LAB##*.}" ] || break
      find "$root/lab-${LAB##*.}" -depth -type d -exec rmdir {} + 2>/dev/null && break
      sleep .05
    done
  done
  rm -rf "$LAB"
  LAB=
}

# A command in the lab's namespaces. The working folder becomes `/`: use absolute paths.
in_lab() { nsenter -t "$LAB_ANCHOR" -m -n -p -u -i "$@"; }

lab_cgroup() { echo "/sys/fs/cgroup/lab-${LAB##*.}/$1"; }

# The guest's first process, by its number in the lab's PID namespace.
guest_leader() { in_lab cat "$(lab_cgroup "$1")/payload/init.scope/cgroup.procs" 2>/dev/null | head -1; }

in_guest() { # NAME COMMAND…
  local leader
  leader=$(guest_leader "$1")
  [ -n "$leader" ] || { echo "lab: guest $1 is not running" >&2; return 1; }
  in_lab nsenter -t "$leader" -a -- "${@:2}"
}

# Boots a guest, its state in an overlay that lives as long as the lab: a stopped or killed guest comes back with its
# files. Each guest has a cgroup of its own, made before nspawn starts: nspawn makes its groups in the caller's, where two
# guests would collide. /dev/net/tun is for Nebula.
guest_up() { # NAME ADDRESS…
  local name=$1 address addresses='' length=${LAB_BRIDGE#*/} gateway=${LAB_BRIDGE%/*}
  shift
  # The bridge's port is vb-NAME, and Linux names an interface with at most 15 bytes.
  [ ${#name} -le 12 ] || { echo "lab: guest name longer than 12: $name" >&2; return 1; }
  for address in "$@"; do
    case $address in */*) ;; *:*) address=$address/64 ;; *) address=$address/$length ;; esac
    addresses+="Address=$address"$'\n'
  done
  mkdir -p "$LAB/g/$name/up/etc/systemd/network" "$LAB/g/$name/work" "$LAB/g/$name/root"
  echo "$name" >"$LAB/g/$name/up/etc/hostname"
  printf '[Match]\nName=host0\n[Network]\n%sGateway=%s\nIPv6AcceptRA=no\n' "$addresses" "$gateway" \
    >"$LAB/g/$name/up/etc/systemd/network/10-host0.network"
  guest_boot "$name"
}

guest_boot() { # NAME
  nsenter -t "$LAB_ANCHOR" -m -n -p -u -i setsid bash -c '
    set -e
    g=$1/g/$2
    exec </dev/null >>"$g/console" 2>&1
    mountpoint -q "$g/root" || mount -t overlay overlay -o "lowerdir=$4,upperdir=$g/up,workdir=$g/work" "$g/root"
    mkdir -p "$3"
    echo $$ >"$3/cgroup.procs"
    exec systemd-nspawn --quiet --register=no --keep-unit --directory="$g/root" --machine="$2" --boot \
      --network-bridge=br0 --bind=/dev/net/tun --kill-signal=SIGRTMIN+3 --console=pipe \
      --link-journal=no --resolv-conf=off --timezone=off "${@:5}"' lab "$LAB" "$1" "$(lab_cgroup "$1")" "$LAB_BASE" \
    "${LAB_NSPAWN[@]}" &
  disown # so that bash does not report a stopped guest as a killed job
}

guest_wait() { # NAME; 30 s at most, then the end of its console
  local _
  for _ in $(seq 600); do
    case $(in_guest "$1" systemctl is-system-running 2>/dev/null) in running | degraded) return 0 ;; esac
    sleep .05
  done
  echo "lab: guest $1 did not boot:" >&2
  tail -20 "$LAB/g/$1/console" >&2
  return 1
}

# A clean shutdown: services stop in order.
guest_stop() { # NAME
  local cgroup supervisor
  cgroup=$(lab_cgroup "$1")
  supervisor=$(in_lab cat "$cgroup/supervisor/cgroup.procs")
  in_lab bash -c 'kill -TERM $1; while [ -d /proc/$1 ]; do sleep .05; done; find $2 -depth -type d -exec rmdir {} +' \
    lab "$supervisor" "$cgroup"
}

# The loss of a machine. The veth is deleted by hand, since orphaned TCP sockets can hold the dead guest's network
# namespace for more than half a minute; the cgroup is removed, since services of a guest that is booted again in the
# same one were seen to be killed at each start.
guest_kill() { # NAME
  in_lab bash -c 'kill -9 $(cat $1/payload/init.scope/cgroup.procs $1/supervisor/cgroup.procs)
    ip link del vb-$2 2>/dev/null
    until grep -q "populated 0" $1/cgroup.events; do sleep .02; done
    find $1 -depth -type d -exec rmdir {} +' lab "$(lab_cgroup "$1")" "$1"
}

# What `reboot` is to a real machine: a clean stop, then a boot from what is on its disk.
guest_reboot() { # NAME
  guest_stop "$1" && guest_boot "$1" && guest_wait "$1"
}
