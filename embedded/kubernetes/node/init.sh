#!/bin/sh
# Process 1 of a real node's namespaces: lays out what the node sees of the machine, then starts its services and starts
# those anew that end. Nothing here reaches the machine: mounts, links, routes and sysctls are those of the namespaces.
#
# Arguments: the command of the gateway to the machine. Environment, besides PATH: NODE_FOLDER (the node's own, kept by the
# machine), NODE_NAME, NODE_ADDRESS, SERVICE_RANGE, DNS_ADDRESS, CGROUP_CONTROLLERS (of version 1), LOGS (a folder).
set -eu

# --- mounts --------------------------------------------------------------------------------------------------------------

bind() { mount --bind "$1" "$2"; }

# Short paths, because those of unix sockets are limited, and always a file system that can hold an overlay's upper layer.
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/node && bind "$NODE_FOLDER" /mnt/node
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/node && mount --move /mnt/node /run/node && umount /mnt

# What the services write beside their own folders is lost with the namespace, and never in the machine's folders.
for folder in /etc /var/lib; do
  upper=/run/overlay$folder
  mkdir -p "$upper/upper" "$upper/work"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$upper/upper,workdir=$upper/work" "$folder"
done
mkdir -p /run/node/kubelet /run/node/containerd /run/node/log/pods /var/lib/kubelet
bind /run/node/kubelet /var/lib/kubelet
bind /run/node/log /var/log
rm -f /etc/resolv.conf
echo "nameserver $DNS_ADDRESS" > /etc/resolv.conf # the cluster's; the machine's could not be reached from here

mount --make-rshared / # the kubelet hands mounts on to containers; the machine's side is cut off

# The kubelet sets these, and they are the machine's: it reads here that they are as it wants them.
mkdir /run/sysctl
mask() { # name value
  file=/run/sysctl/$(echo "$1" | tr / _)
  echo "$2" > "$file"
  bind "$file" "/proc/sys/$1"
}
mask vm/overcommit_memory 1
mask vm/panic_on_oom 0
mask kernel/panic 10
mask kernel/panic_on_oops 1
mask kernel/keys/root_maxkeys 1000000
mask kernel/keys/root_maxbytes 25000000

# Control groups as the node's own: their root is the group that this process was started in.
mount -t sysfs sysfs /sys # of this network namespace
if [ -n "$CGROUP_CONTROLLERS" ]; then
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  for controller in $CGROUP_CONTROLLERS; do
    mkdir "/sys/fs/cgroup/$controller"
    case $controller in
    systemd) mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd ;;
    *) mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" ;;
    esac
  done
else
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  # A group with processes of its own cannot hand controllers on to others.
  mkdir /sys/fs/cgroup/init
  echo 1 > /sys/fs/cgroup/init/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control || true # not all can be
  done
fi

# --- network -------------------------------------------------------------------------------------------------------------

hostname "$NODE_NAME"
ip link set lo up
ip address add "$NODE_ADDRESS/32" dev lo scope global
# Addresses of Services are on no link. They need a route all the same, to get as far as the rules that replace them.
ip route add "$SERVICE_RANGE" dev lo src "$NODE_ADDRESS"
echo 1 > /proc/sys/net/ipv4/ip_forward

# --- services ------------------------------------------------------------------------------------------------------------

# Runs a command for ever; a second between two runs.
service() { # name command...
  name=$1
  shift
  : > "$LOGS/$name.log"
  while :; do
    status=0
    "$@" >> "$LOGS/$name.log" 2>&1 || status=$?
    echo "$name ended with status $status" >&2
    sleep 1
  done
}

service containerd containerd --config=/run/node/containerd.toml &
service node-gateway "$@" &
service kube-proxy kube-proxy --config=/run/node/kube-proxy.yaml &
{
  # A pod that starts before its images are there waits long until it is tried again.
  until [ -e /run/node/images-are-here ]; do sleep 0.1; done
  service kubelet kubelet --config=/run/node/kubelet.yaml --kubeconfig=/run/node/kubelet.kubeconfig \
    --root-dir=/var/lib/kubelet --cert-dir=/run/node/kubelet-certificates \
    --hostname-override="$NODE_NAME" --node-ip="$NODE_ADDRESS"
} &
wait # for ever, and takes in the processes that have lost their parents
