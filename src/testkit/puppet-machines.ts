import type { Puppet } from './puppet-world.js';

/** Plays machines elsewhere that answer over SSH, and the program that makes keys for them. */
export function playMachines(puppet: Puppet): void {
  const { files } = puppet.state;
  const origin = { version: 'OpenSSH 9.2p1', recorded: '2026-11-24' };
  puppet.tool('ssh-keygen', origin).answer((args) => {
    const file = String(args.at(-1));
    files.set(file, { body: `-----BEGIN OPENSSH PRIVATE KEY-----\n${file}\n-----END OPENSSH PRIVATE KEY-----\n`, mode: 0o600 });
    files.set(`${file}.pub`, { body: `ssh-ed25519 AAAA${Buffer.from(file).toString('base64')} strata\n`, mode: 0o644 });
    return {};
  });
  puppet.tool('ssh', origin).answer(() => ({ stdout: 'system=Linux\ncgroup=cgroup2fs\n' }));
}
