import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok, secretRef } from '../../model/index.js';
import { differing, judge, parseFacts, quote, remotePath, sshCommand, writeLines } from './index.js';

const target = {
  name: 'cp-1',
  address: '10.77.0.11',
  ssh: { user: 'strata', port: 22, key: secretRef('login'), hostKey: 'ssh-ed25519 AAAA' },
};
const output = (code: number, stderr: string, stdout = '') => ok({ code, stdout, stderr });

describe('a command', () => {
  const command = sshCommand(target, { what: 'x', script: 'true\n' });
  it('takes nothing of the user: no configuration, one key, one host key', () => {
    expect(command.args.slice(0, 3)).toEqual(['-F', 'none', '-T']);
    expect(command.args).toContainEqual({ $secretPath: 'login' });
    expect(command.args).toContain('KnownHostsCommand=/bin/echo cp-1 ssh-ed25519 AAAA');
    expect(command.args).toContain('StrictHostKeyChecking=yes');
  });
  it('sends the script over stdin and becomes root', () => {
    expect(command.args.at(-1)).toBe('sudo -n /bin/sh -eu');
    expect(command.stdin).toBe('umask 022\ntrue\n');
    expect(sshCommand({ ...target, ssh: { ...target.ssh, user: 'root' } }, { what: 'x', script: '' }).args.at(-1)).toBe(
      '/bin/sh -eu',
    );
  });
});

describe('a bastion', () => {
  const via = { address: '203.0.113.9', user: 'strata', port: 2222, key: secretRef('hop'), hostKey: 'ssh-ed25519 BBBB' };
  const { args } = sshCommand({ ...target, ssh: { ...target.ssh, via } }, { what: 'x', script: 'true\n' });
  const proxy = args.find((arg) => typeof arg !== 'string' && arg.within !== undefined);
  it('is gone through with its own key and its own known host', () => {
    expect(proxy).toMatchObject({ $secretPath: 'hop' });
    const text = typeof proxy === 'object' ? (proxy.within ?? '') : '';
    expect(text).toMatch(/^ProxyCommand=ssh -F none -T -i '\{\}' -o 'BatchMode=yes' /);
    expect(text).toContain("-o 'StrictHostKeyChecking=yes'");
    expect(text).toContain("-o 'KnownHostsCommand=/bin/echo bastion ssh-ed25519 BBBB'");
    expect(text.endsWith("-p 2222 -W %h:%p 'strata@203.0.113.9'")).toBe(true);
  });
  it('changes nothing of how the machine itself is known', () => {
    expect(args).toContain('KnownHostsCommand=/bin/echo cp-1 ssh-ed25519 AAAA');
    expect(args).toContainEqual({ $secretPath: 'login' });
    expect(args.at(-2)).toBe('strata@10.77.0.11');
  });
  it('is not there where none is named', () => {
    const straight = sshCommand(target, { what: 'x', script: '' }).args;
    expect(straight.every((arg) => typeof arg === 'string' || arg.within === undefined)).toBe(true);
  });
});

describe('an answer', () => {
  // Recorded from OpenSSH 9.2.
  it.each([
    [
      255,
      'No ED25519 host key is known for cp-1 and you have requested strict checking.\r\nHost key verification failed.',
      'SSH-HOST-KEY',
    ],
    [255, 'strata@10.77.0.11: Permission denied (publickey).', 'SSH-DENIED'],
    [255, 'ssh: connect to host 10.77.0.11 port 22: Connection refused', 'SSH-UNREACHABLE'],
    [1, 'sh: 1: kubeadm: not found', 'SSH-SCRIPT'],
  ])('of %i is told apart by what ssh says: %j', (code, said, expected) => {
    expect(judge(target, 'doing it', output(code, said))).toMatchObject({ ok: false, error: { diagnostic: { code: expected } } });
  });
  it('of 0 is what was printed', () => {
    expect(judge(target, 'doing it', output(0, 'noise', 'said'))).toEqual(ok('said'));
  });
});

describe('scripts', () => {
  it('hold any value as one word', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        (text) => execFileSync('/bin/sh', ['-c', `printf %s ${quote(text)}`]).toString('utf8') === text,
      ),
      { numRuns: 25 },
    );
  });
  it.each(['etc/x', '/etc/$(id)', '/etc/a b', '/a/../b', ''])('refuse %j as a path', (path) => {
    expect(remotePath(path)).toMatchObject({ ok: false, error: { kind: 'bug' } });
  });
  it('write files whole', () => {
    const script = writeLines([{ path: '/etc/x/y', content: "it's\n", mode: '0600' }]);
    expect(script).toEqual(
      ok(
        "mkdir -p /etc/x\nprintf %s 'aXQncwo=' | base64 -d > /etc/x/y.strata\nchmod 0600 /etc/x/y.strata\nmv -f /etc/x/y.strata /etc/x/y\n",
      ),
    );
  });
});

it('facts are the lines with a name', () => {
  expect([...parseFacts('a=1\nnoise\nb=x=y\n=z\n')]).toEqual([
    ['a', '1'],
    ['b', 'x=y'],
  ]);
});

it('files are compared by what sha256sum prints', () => {
  const files = [
    { path: '/etc/a', content: 'hello\n' },
    { path: '/etc/b', content: 'other\n' },
    { path: '/etc/c', content: '' },
  ];
  const sums = `5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  /etc/a\n${'0'.repeat(64)}  /etc/b\n`;
  expect(differing(files, sums)).toEqual(['/etc/b', '/etc/c']);
});
