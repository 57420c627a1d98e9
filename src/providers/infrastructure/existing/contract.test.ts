import { contract, createPuppet, type Puppet } from '../../../testkit/index.js';
import { existing } from './index.js';

const origin = { version: 'OpenSSH 9.2p1', recorded: '2026-11-24' };
// The head of a key without a passphrase as ssh-keygen writes it; the rest is nobody's.
const openKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none made up').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
const knownHosts =
  '# the three\n10.0.0.11,cp-1 ssh-ed25519 AAAAONE\n10.0.0.21 ssh-ed25519 AAAATWO\n10.0.0.21 ecdsa-sha2-nistp256 AAAAX\n';

/** Machines that answer over SSH, and services of this host. */
function hosts(): Puppet {
  const puppet = createPuppet();
  const { state } = puppet;
  state.files.set('/project/keys/machines', { body: openKey, mode: 0o600 });
  puppet.tool('ssh', origin).answer(() => ({ stdout: 'system=Linux\ncpus=8\nmemoryKi=32700000\ncgroup=cgroup2fs\n' }));
  puppet.tool('docker-registry', origin).answer(() => ({}));
  puppet
    .tool('git', origin)
    .answer(() =>
      state.daemons.has('git')
        ? { code: 128, stderr: 'fatal: remote error: no such repository: /strata-is-it-up.git' }
        : { code: 128, stderr: 'fatal: unable to connect' },
    );
  puppet.answerHttp(() => (state.daemons.has('registry') ? { status: 200, headers: {}, body: '{}' } : undefined));
  return puppet;
}

const machines = [
  { name: 'cp-1', address: '10.0.0.11', role: 'control-plane', cpus: 4, memory: '8Gi' },
  { name: 'worker-1', address: '10.0.0.21', cpus: 8, memory: '32Gi' },
];
const spec = { machines, key: { file: 'keys/machines' }, support: { address: '10.0.0.2' } };

contract({
  provider: existing,
  folder: import.meta.dirname,
  files: { 'project:known_hosts': knownHosts },
  specs: { inventory: spec, kept: { ...spec, key: { secret: 'fleet' } }, bare: { ...spec, machines: [machines[1]] } },
});

contract({
  provider: existing,
  folder: import.meta.dirname,
  files: { 'project:known_hosts': knownHosts },
  specs: { inventory: spec },
  machine: hosts,
});
