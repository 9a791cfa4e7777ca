# shellcheck shell=bash
# What the tests of published ports ask and count. Sourced by bash. Does not know: how the machines are made, or who filters.

# A listener of both families on each port, that says `ready` when it listens.
listener='
import selectors, socket, sys
wait = selectors.DefaultSelector()
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for port in map(int, sys.argv[1:]):
        s = socket.socket(socket.AF_INET6, kind)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.bind(("::", port))
        kind == socket.SOCK_STREAM and s.listen(64)
        wait.register(s, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in wait.select():
        if key.fileobj.type == socket.SOCK_STREAM:
            key.fileobj.accept()[0].close()
        else:
            data, peer = key.fileobj.recvfrom(64)
            key.fileobj.sendto(data, peer)'
listen() { # RUNNER… -- PORT…
  local said told runner=()
  while [ "$1" != -- ]; do runner+=("$1") && shift; done
  exec {told}< <("${runner[@]}" python3 -c "$listener" "${@:2}")
  read -r said <&"$told" && [ "$said" = ready ]
}

# Claims are KIND,SOURCE,TARGET,PORT: all at once, since what is closed takes its whole time.
asker='
import concurrent.futures, socket, subprocess, sys
def verdict(claim):
    kind, source, target, port = claim.split(",")
    if kind == "icmp":
        command = ["ping", "-qc1", "-W1", "-I", source, target]
        return "closed" if subprocess.call(command, stdout=subprocess.DEVNULL) else "open"
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        try:
            s.bind((source, 0))
            s.connect((target, int(port)))
            if kind == "udp":
                s.send(b"?")
                s.recv(64)
            return "open"
        except TimeoutError:
            return "closed"
        except OSError as error:
            return str(error)
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    for claim, seen in zip(sys.argv[1:], pool.map(verdict, sys.argv[1:])):
        print(claim, seen)'

passed=0 failed=0
told() { # WHETHER WORDS…
  if [ "$1" = 0 ]; then passed=$((passed + 1)) && echo "ok   ${*:2}"; else failed=$((failed + 1)) && echo "FAIL ${*:2}"; fi
}
# A command that has to succeed.
claim() { # WORDS COMMAND…
  local log status=0
  log=$(mktemp)
  "${@:2}" >"$log" 2>&1 || status=1
  told $status "$1"
  [ $status = 0 ] || tail -40 "$log" | sed 's/^/     | /'
  rm -f "$log"
}
# What has to be open, by lines that begin with `open` or `closed`; with `all` every one of them has to be open.
holds() { # TITLE all|each RUNNER… <CLAIMS
  local title=$1 all='' want one line seen claims=() wants=()
  [ "$2" = each ] || all=open
  while read -r want one; do
    [ -n "$one" ] || continue
    claims+=("$one")
    wants+=("${all:-$want}")
  done
  while read -r line; do
    seen=${line#* }
    [ "$seen" = "${wants[0]}" ] && told 0 "$title: ${line%% *} is $seen" || told 1 "$title: ${line%% *} is $seen, and not ${wants[0]}"
    wants=("${wants[@]:1}")
  done < <("${@:3}" python3 -c "$asker" "${claims[@]}")
  [ ${#wants[@]} = 0 ] || told 1 "$title: nothing was asked"
}
