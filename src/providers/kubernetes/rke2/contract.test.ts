import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { playedRke2 } from '../../../../test/support/played-rke2.js';
import { contract } from '../../../testkit/index.js';
import { rke2 } from './index.js';

// Whole runs, killed at each deed.
vi.setConfig({ testTimeout: 120_000 });

const catalog = join(import.meta.dirname, '../../../../catalog');
const files = Object.fromEntries(
  ['rke2', 'addons', 'kubeadm'].flatMap((folder) =>
    readdirSync(join(catalog, 'kubernetes', folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [
        `catalog:kubernetes/${folder}/${name}`,
        readFileSync(join(catalog, 'kubernetes', folder, name), 'utf8'),
      ]),
  ),
);
const version = 'v1.36.3+rke2r1';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const archives = ['rke2.linux-amd64.tar.gz', 'rke2-images.linux-amd64.tar.zst'];
const release = { 'project:rke2/sha256sum-amd64.txt': archives.map((name) => `${sha256(name)}  ${name}\n`).join('') };

/** A host with a release beside the definition, each file holding its own name. */
function host(baked: string) {
  const { puppet } = playedRke2({ baked, tarball: version });
  for (const name of archives) puppet.state.files.set(`/project/rke2/${name}`, { body: name, mode: 0o644 });
  return puppet;
}

contract({
  provider: rke2,
  folder: import.meta.dirname,
  files: { ...files, ...release },
  specs: {
    bare: { profile: 'none', audit: false, storage: { provisioner: 'none', class: 'csi' }, images: 'registry' },
    settled: {
      selinux: true,
      dedicatedServers: false,
      servers: { labels: { zone: 'a' }, flags: { 'etcd-expose-metrics': true } },
      agents: { taints: ['gpu=yes:NoSchedule'] },
      apiServer: { 'request-timeout': '60s' },
    },
  },
});

// Every deed of these runs is killed once.
contract({ provider: rke2, folder: import.meta.dirname, files, specs: { baked: {} }, machine: () => host(version) });
contract({
  provider: rke2,
  folder: import.meta.dirname,
  files: { ...files, ...release },
  specs: { tarball: { install: { method: 'tarball' }, images: 'archive' } },
  machine: () => host(''),
});
