# What a machine says of itself: name=value, one line each. Reads, writes nothing. Runs with root where that can be had.
say() { printf '%s=%s\n' "$1" "$2"; }
one() { sed -n "$1" "$2" 2>/dev/null | head -n 1; }
yes() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
setting() { say "sysctl.$1" "$(cat "/proc/sys/$(echo "$1" | tr . /)" 2>/dev/null)"; }
module() {
  if [ -d "/sys/module/$1" ] || grep -qs "/$1\.ko" "/lib/modules/$(uname -r)/modules.builtin"; then say "module.$1" loaded
  elif modprobe -n "$1" >/dev/null 2>&1; then say "module.$1" loadable
  elif [ -d "/lib/modules/$(uname -r)" ]; then say "module.$1" absent; fi
}
program() { command -v "$1" >/dev/null 2>&1 && say "program.$1" yes || say "program.$1" no; }
busy() { if command -v ss >/dev/null 2>&1; then if ss -Hltn "sport = :$1" 2>/dev/null | grep -q .; then say "port.$1" taken; else say "port.$1" free; fi; fi; }

say system "$(uname -s)"
say architecture "$(uname -m)"
say kernel "$(uname -r | sed 's/-.*//')"
say os "$(one 's/^ID="\{0,1\}\([^"]*\).*/\1/p' /etc/os-release)-$(one 's/^VERSION_ID="\{0,1\}\([^"]*\).*/\1/p' /etc/os-release)"
say hostname "$(uname -n)"
say user "$(id -u)"
say cpus "$(getconf _NPROCESSORS_ONLN)"
say memoryMi "$(($(one 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))"
say memoryFreeMi "$(($(one 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))"
say swapMi "$(($(one 's/^SwapTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))"
say diskFreeMi "$(df -Pm /var/lib 2>/dev/null | awk 'NR==2 {print $4}')"
say diskFreePercent "$(df -P /var/lib 2>/dev/null | awk 'NR==2 {sub("%","",$5); print 100-$5}')"
say inodesFreePercent "$(df -Pi /var/lib 2>/dev/null | awk 'NR==2 && $5 ~ /%/ {sub("%","",$5); print 100-$5}')"
say tmpFreeMi "$(df -Pm /tmp 2>/dev/null | awk 'NR==2 {print $4}')"
# Average of all writes since boot; etcd wants its log on disk within ten milliseconds.
say diskWriteMs "$(awk '$3 !~ /^(loop|ram|zram)/ {n+=$8; t+=$11} END {if (n>100) printf "%.1f", t/n}' /proc/diskstats 2>/dev/null)"
say varNoexec "$(grep -qs ' /var\(/lib\)\{0,1\} .*noexec' /proc/mounts && echo yes || echo no)"
say tmpNoexec "$(grep -qs ' /tmp .*noexec' /proc/mounts && echo yes || echo no)"
say cgroup "$(stat -fc %T /sys/fs/cgroup 2>/dev/null | sed 's/cgroup2fs/v2/;s/tmpfs/v1/')"
say cgroupMemory "$(if grep -qs memory /sys/fs/cgroup/cgroup.controllers || [ -d /sys/fs/cgroup/memory ]; then echo yes; else echo no; fi)"
say cgroupPids "$(if grep -qs pids /sys/fs/cgroup/cgroup.controllers || [ -d /sys/fs/cgroup/pids ]; then echo yes; else echo no; fi)"
say userNamespaces "$(if [ -e /proc/self/ns/user ]; then echo yes; else echo no; fi)"
say overlay "$(grep -qs '[[:space:]]overlay$' /proc/filesystems && echo yes || echo no)"
say init "$(one 's/^\(.*\)$/\1/p' /proc/1/comm)"
say systemd "$(systemctl --version 2>/dev/null | awk 'NR==1 {print $2}')"
say selinux "$(getenforce 2>/dev/null | tr A-Z a-z)"
say fips "$(cat /proc/sys/crypto/fips_enabled 2>/dev/null)"
say umask "$(umask)"
say machineId "$(cat /etc/machine-id 2>/dev/null)"
say productId "$(cat /sys/class/dmi/id/product_uuid 2>/dev/null)"
device="$(ip -4 route show default 2>/dev/null | awk '{for (i=1;i<NF;i++) if ($i=="dev") {print $(i+1); exit}}')"
say gateway "$(ip -4 route show default 2>/dev/null | awk '{print $3; exit}')"
say mtu "$(cat "/sys/class/net/$device/mtu" 2>/dev/null)"
say mac "$(cat "/sys/class/net/$device/address" 2>/dev/null)"
say resolvers "$(grep -cs '^nameserver' /etc/resolv.conf)"
say searchDomains "$(awk '/^search/ {print NF-1}' /etc/resolv.conf 2>/dev/null | tail -n 1 | sed 's/^$/0/')"
say timeSynced "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)"
say timezone "$(readlink /etc/localtime 2>/dev/null | sed 's#.*/zoneinfo/##')"
say epoch "$(date -u +%s)"
say firewalld "$(yes systemctl is-active --quiet firewalld)"
say ufw "$(yes systemctl is-active --quiet ufw)"
say fapolicyd "$(yes systemctl is-active --quiet fapolicyd)"
say multipathd "$(yes systemctl is-active --quiet multipathd)"
say containerd "$(containerd --version 2>/dev/null | awk '{print $3}')"
say kubelet "$(kubelet --version 2>/dev/null | awk '{print $2}')"
say earlierCluster "$(if [ -e /etc/kubernetes/kubelet.conf ] || [ -e /var/lib/rancher ] || [ -d /var/lib/etcd/member ]; then echo yes; else echo no; fi)"
say rootLocked "$(one 's/^root:\([^:]*\):.*/\1/p' /etc/shadow | sed 's/^[!*].*/yes/;t;s/^$/empty/;t;s/.*/no/')"
say loginUsersWithoutPassword "$(awk -F: '$2=="" {n++} END {print n+0}' /etc/shadow 2>/dev/null)"
say sshPasswords "$(sshd -T 2>/dev/null | awk '$1=="passwordauthentication" {print $2}')"
say etcdUser "$(if grep -qs '^etcd:' /etc/passwd; then echo yes; else echo no; fi)"
say nmCloudSetup "$(yes systemctl is-enabled --quiet nm-cloud-setup.timer)"
say vendorUsers "$(awk -F: '$1 ~ /^(vagrant|packer|cloud-user|ec2-user-default|pi)$/ {n++} END {print n+0}' /etc/passwd 2>/dev/null)"
for name in overlay br_netfilter nf_conntrack ip_tables nf_tables vxlan ip_vs xt_comment; do module "$name"; done
for name in net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables net.ipv4.conf.all.rp_filter fs.inotify.max_user_instances fs.inotify.max_user_watches kernel.pid_max vm.max_map_count vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.modules_disabled user.max_user_namespaces net.netfilter.nf_conntrack_max fs.file-max; do setting "$name"; done
for name in socat conntrack ethtool iptables nft mount curl python3 sudo systemd-nspawn ip mmdebstrap ansible-playbook oscap packer terraform git; do program "$name"; done
for number in 6443 2379 2380 10250 10257 10259 9345 5000 9418; do busy "$number"; done
