#!/bin/sh
# down.sh ADDRESS: takes RKE2 and all of its data off a machine.
set -eu
ssh -i "$SSH_KEY" "$SSH_USER@$1" "sudo -n sh -euc 'for d in /usr/local/bin /usr/bin /opt/rke2/bin; do if [ -x \$d/rke2-uninstall.sh ]; then \$d/rke2-uninstall.sh; fi; done; rm -f /etc/sysctl.d/60-rke2-cis.conf'"
