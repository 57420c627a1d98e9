#!/bin/sh
# up.sh: lays each machine's files on it, founds the cluster on the first control plane, joins the others.
# Needs ssh and tar here, kubeadm, kubelet and containerd on the machines. What stands is left as it is.
# machines.txt: NAME ADDRESS ROLE, the first control plane first. known_hosts: the machines' host keys.
set -eu
umask 077
: "${SSH_KEY:?}" "${SSH_USER:=root}"
if [ "$SSH_USER" = root ]; then root=; else root='sudo -n '; fi
on() { at=$1; shift; ssh -i "$SSH_KEY" -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=known_hosts "$SSH_USER@$at" "$@"; }
first=$(awk 'NR==1 {print $2}' machines.txt)
config=/etc/kubernetes/strata/kubeadm.yaml

mkdir -p keys
if [ -f encryption.yaml.in ] && [ ! -f keys/encryption.yaml ]; then
  key=$(head -c 32 /dev/urandom | base64)
  sed "s|\${key}|$key|" encryption.yaml.in > keys/encryption.yaml
fi

while read -r name address role <&3; do
  tar -C "machines/$name" -cf - . | on "$address" "${root}tar -C / --no-same-owner --no-overwrite-dir -xf -"
  if [ "$role" = control-plane ] && [ -f keys/encryption.yaml ]; then
    on "$address" "${root}install -m 0600 /dev/stdin /etc/kubernetes/strata/encryption.yaml" < keys/encryption.yaml
  fi
  on "$address" "${root}sh -c 'systemctl daemon-reload; systemctl enable --quiet --now strata-pod-network.service; systemctl enable --quiet kubelet.service; networkctl reload'" < /dev/null
done 3< machines.txt

on "$first" "${root}test -e /etc/kubernetes/admin.conf || ${root}kubeadm init --config $config" < /dev/null

# The token and the certificate key go over standard input, never as an argument.
while read -r name address role <&3; do
  if [ "$address" = "$first" ] || on "$address" "${root}test -e /etc/kubernetes/kubelet.conf" < /dev/null; then continue; fi
  set -- $(on "$first" "${root}kubeadm token create --ttl 10m --print-join-command" < /dev/null)
  {
    printf 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\ndiscovery:\n  bootstrapToken:\n    apiServerEndpoint: %s\n    token: %s\n    caCertHashes: [%s]\n' "$3" "$5" "$7"
    printf 'nodeRegistration:\n  name: %s\n  kubeletExtraArgs:\n    - { name: node-ip, value: "%s" }\n' "$name" "$address"
    if [ "$role" = control-plane ]; then
      key=$(on "$first" "${root}kubeadm init phase upload-certs --upload-certs --config $config" < /dev/null | tail -n 1)
      printf 'controlPlane:\n  localAPIEndpoint:\n    advertiseAddress: %s\n  certificateKey: %s\n' "$address" "$key"
    fi
  } | on "$address" "${root}kubeadm join --config /dev/stdin"
done 3< machines.txt

on "$first" "${root}cat /etc/kubernetes/admin.conf" < /dev/null > kubeconfig
