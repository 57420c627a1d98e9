#!/bin/sh
# up.sh NAME ADDRESS ROLE: puts the files of machines/NAME on a machine, prepares it, and starts RKE2 as server or agent.
# SSH_KEY opens the machine for SSH_USER, who may become root; TOKENS is a folder with the files `server` and `agent`, one
# password each; RELEASE, where it is set, is a folder with rke2.linux-amd64.tar.gz, archives of images and sha256sum-amd64.txt.
set -eu
name=$1 address=$2 role=$3

on() { ssh -i "$SSH_KEY" "$SSH_USER@$address" "sudo -n sh -euc '$1'"; }

if [ -n "${RELEASE:-}" ]; then
  (cd "$RELEASE" && sha256sum -c --quiet --ignore-missing sha256sum-amd64.txt)
  on "mkdir -p /var/lib/rancher/rke2/agent/images"
  for archive in "$RELEASE"/rke2-images*.tar.*; do
    if [ -e "$archive" ]; then on "cat > /var/lib/rancher/rke2/agent/images/${archive##*/}" <"$archive"; fi
  done
  on "tar -xzf - -C /usr/local" <"$RELEASE/rke2.linux-amd64.tar.gz"
fi
tar -C "machines/$name" --owner=root --group=root -cf - . | on "tar -C / --no-overwrite-dir -xf -"
on "umask 077; cat > /etc/rancher/rke2/agent-token" <"$TOKENS/agent"
if [ "$role" = server ]; then
  on "umask 077; cat > /etc/rancher/rke2/token" <"$TOKENS/server"
  on "getent passwd etcd >/dev/null || useradd -r -s /sbin/nologin -M etcd -U"
fi
on "[ ! -e /etc/sysctl.d/60-rke2-cis.conf ] || sysctl -q -p /etc/sysctl.d/60-rke2-cis.conf"
on "systemctl daemon-reload; systemctl enable --quiet rke2-$role.service; systemctl restart rke2-$role.service"
