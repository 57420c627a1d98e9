import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../../model/index.js';
import { contract, createPuppet, type Puppet } from '../../../testkit/index.js';
import { PlayedPlatform } from './cases/played.js';
import { kubeadm } from './index.js';

const origin = { version: 'v1.37.2', recorded: '2026-11-24' };
const catalog = join(import.meta.dirname, '../../../../catalog');
const files = Object.fromEntries(
  readdirSync(join(catalog, 'kubernetes'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [`catalog:${path.slice(catalog.length + 1)}`, readFileSync(path, 'utf8')]),
);

const authority =
  /-----BEGIN[^`]+-----END CERTIFICATE-----\n/.exec(
    readFileSync(join(import.meta.dirname, '../../../tools/kubeadm/kubeadm.test.ts'), 'utf8'),
  )?.[0] ?? '';

function machines(): Puppet {
  const puppet = createPuppet();
  const platform = new PlayedPlatform(authority);
  const text = (stdin: Command['stdin']): string =>
    stdin === undefined ? '' : typeof stdin === 'string' ? stdin : (puppet.state.secrets.get(stdin.$secret) ?? '');
  puppet
    .tool('ssh', { version: 'OpenSSH 9.2', recorded: '2026-11-24' })
    .answer((args, { stdin }) => platform.ssh(args, text(stdin)));
  puppet.tool('kubectl', origin).answer((args, { stdin }) => platform.cluster.run(args, text(stdin)));
  puppet.answerHttp((request) => platform.registry(request));
  return puppet;
}

contract({
  provider: kubeadm,
  folder: import.meta.dirname,
  specs: { plain: { encryption: false, audit: false, proxyMode: 'iptables' } },
  files,
});

// Every deed of these runs is killed once.
contract({ provider: kubeadm, folder: import.meta.dirname, specs: { default: {} }, files, machine: machines });
