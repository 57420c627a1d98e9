#!/bin/sh
# down.sh: takes Kubernetes off every machine, the first control plane last.
set -eu
: "${SSH_KEY:?}" "${SSH_USER:=root}"
if [ "$SSH_USER" = root ]; then root=; else root='sudo -n '; fi
sed '1!G;h;$!d' machines.txt | while read -r name address role; do
  ssh -n -i "$SSH_KEY" -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=known_hosts "$SSH_USER@$address" "${root}kubeadm reset -f"
done
rm -f kubeconfig
