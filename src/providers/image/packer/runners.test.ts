import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import type { Check } from './catalog-data.js';
import { toGoss, toInspec } from './runners.js';

const checks: readonly Check[] = [
  { id: 'file', title: 'A file', controls: ['R1'], file: { path: '/etc/x', contains: '^a/b$' } },
  { id: 'gone', title: 'No file', file: { path: '/etc/y', absent: true } },
  { id: 'mode', title: 'A mode', mode: { path: '/etc/z', mode: '640', owner: 'root', group: 'shadow' } },
  { id: 'package', title: 'A package', package: { name: 'gcc', installed: false } },
  { id: 'service', title: 'A service', service: { name: 'sshd.service', enabled: true, active: false } },
  { id: 'sysctl', title: 'A setting', sysctl: { key: 'net.ipv4.ip_local_port_range', value: '32768 65535' } },
  { id: 'command', title: "It's said", command: { run: ['sh', '-c', "echo 'a b'"], prints: '^a', refuses: '^c', exit: 0 } },
];

test('as a file of goss', async () => {
  const text = toGoss(checks);
  await expect(text).toMatchFileSnapshot('cases/checks.goss.yaml');
  expect(load(text)).toMatchObject({
    file: { file: { contents: ['/^a\\/b$/'] }, gone: { exists: false }, mode: { mode: '0640' } },
    package: { package: { installed: false } },
    service: { service: { enabled: true, running: false } },
    command: { sysctl: { stdout: ['/^32768\\s+65535$/'] }, command: { stdout: ['/^a/', '!/^c/'] } },
  });
});

test('as a profile of InSpec', async () => {
  const files = toInspec(checks, 'rhel-9');
  expect(Object.keys(files)).toEqual(['inspec.yml', 'controls/node.rb']);
  await expect(files['controls/node.rb']).toMatchFileSnapshot('cases/checks.inspec.rb');
});

test('nothing in a text is run: quotes and interpolation stay text', () => {
  const evil: Check = { id: 'x', title: "#{exit} ' \\", file: { path: "/a'; rm -rf /", contains: '#{1}' } };
  const ruby = toInspec([evil], 'rhel-9')['controls/node.rb'] ?? '';
  expect(ruby).toContain("title '#{exit} \\' \\\\'");
  expect(ruby).toContain("file('/a\\'; rm -rf /')");
});
