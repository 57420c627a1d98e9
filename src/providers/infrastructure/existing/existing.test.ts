import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { secretRef } from '../../../model/index.js';
import { createPuppet, type Puppet, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { existing } from './index.js';
import { hostKeysIn, inventoryOf } from './inventory.js';
import { ExistingSpec } from './spec.js';
import { inventory } from './steps/inventory.js';
import { key } from './steps/key.js';
import { factsScript, machine } from './steps/machine.js';

const origin = { version: 'OpenSSH 9.2p1', recorded: '2026-11-24' };
const scope = { signal: new AbortController().signal, emit: () => {} };
const spec = (more: object = {}): ExistingSpec =>
  Value.Parse(
    ExistingSpec,
    Value.Default(ExistingSpec, {
      machines: [
        { name: 'cp-1', address: '10.0.0.11', role: 'control-plane', cpus: 4, memory: '8Gi', hostKey: 'ssh-ed25519 AAAAONE' },
        { name: 'worker-1', address: '10.0.0.21', cpus: 8, memory: '32Gi', port: 2222 },
      ],
      key: { file: 'keys/machines' },
      support: { address: '10.0.0.2' },
      ...more,
    }),
  );
const hosts = '[10.0.0.21]:2222 ssh-ed25519 AAAATWO\n';

describe('the inventory', () => {
  it('takes host keys from the definition, then from the file, by address and port', () => {
    expect(inventoryOf(spec(), hosts).map(({ hostKey }) => hostKey)).toEqual(['ssh-ed25519 AAAAONE', 'ssh-ed25519 AAAATWO']);
    expect(inventoryOf(spec(), hosts.replace(':2222', ''))[1]?.hostKey).toBeUndefined();
  });
  it('passes over what is no plain ed25519 line', () => {
    const text =
      '|1|hash|hash ssh-ed25519 AAAA\n@revoked a ssh-ed25519 AAAA\n# b ssh-ed25519 AAAA\nc ssh-rsa AAAA\nd ssh-ed25519 A$(x)\ne,f ssh-ed25519 AAAA= note\n';
    expect([...hostKeysIn(text)]).toEqual([
      ['e', 'ssh-ed25519 AAAA='],
      ['f', 'ssh-ed25519 AAAA='],
    ]);
  });
  it.each([
    ['EXISTING-HOST-KEY', spec(), 'worker-1'],
    [
      'EXISTING-TWICE',
      spec({ machines: [0, 1].map((n) => ({ name: `m${n}`, address: '10.0.0.1', role: 'control-plane' })) }),
      '10.0.0.1',
    ],
    [
      'EXISTING-TWICE',
      spec({ machines: [1, 2].map((n) => ({ name: 'm', address: `10.0.0.${n}`, role: 'control-plane' })) }),
      'm.',
    ],
    ['EXISTING-NO-CONTROL-PLANE', spec({ machines: [{ name: 'a', address: '10.0.0.1' }] }), 'control-plane'],
  ])('says %s', async (code, given, named) => {
    const want = { machines: inventoryOf(given, ''), knownHosts: 'known_hosts' };
    const found = await inventory.observe(want, createPuppet().reader(scope));
    expect(found).toMatchObject({ ok: false, error: { diagnostic: { code, message: expect.stringContaining(named) } } });
  });
  it('says which machines a rehearsal plays', () => {
    expect(existing.machines?.(spec())).toEqual([
      { name: 'cp-1', role: 'control-plane', cpus: 4, memoryBytes: 8 * 2 ** 30 },
      { name: 'worker-1', role: 'worker', cpus: 8, memoryBytes: 32 * 2 ** 30 },
    ]);
  });
});

describe('the plan', () => {
  it('has one look per machine, and publishes what is known at once', async () => {
    const { steps, publishes } = existing.plan(
      spec(),
      sampleGiven('infrastructure'),
      sampleKit('infrastructure', { 'project:known_hosts': hosts }),
    );
    const shown = { steps: steps.map(({ id, effect, inputs, after }) => ({ id, effect, inputs, after })), publishes };
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot('cases/plan.json');
    await expect(factsScript).toMatchFileSnapshot('cases/facts.sh');
  });
  it('is a plan even where a machine is listed twice', () => {
    const twice = spec({ machines: [0, 1].map((n) => ({ name: 'm', address: `10.0.0.${n}`, role: 'control-plane' })) });
    const { steps } = existing.plan(twice, sampleGiven('infrastructure'), sampleKit('infrastructure'));
    expect(steps.filter(({ id }) => id.includes('/machine/'))).toHaveLength(1);
  });
});

describe('a machine', () => {
  const want = { ...inventoryOf(spec(), hosts)[1]!, login: secretRef('fleet') };
  const answering = (stdout: string): Puppet => {
    const puppet = createPuppet();
    puppet.tool('ssh', origin).answer(() => ({ stdout }));
    return puppet;
  };
  const facts = (more: Readonly<Record<string, string>> = {}): string =>
    Object.entries({ system: 'Linux', cpus: '8', memoryKi: '32700000', cgroup: 'cgroup2fs', ...more })
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  it('is reached on its own port with its own host key, and told as found', async () => {
    const puppet = createPuppet();
    let asked: readonly string[] = [];
    puppet.tool('ssh', origin).answer((args) => {
      asked = args;
      return { stdout: facts() };
    });
    const found = await machine.observe(want, puppet.reader(scope));
    expect(found).toMatchObject({ ok: true, value: { cgroup: 'v2', cpus: 8, node: { ssh: { port: 2222, user: 'strata' } } } });
    expect(asked).toContain('KnownHostsCommand=/bin/echo worker-1 ssh-ed25519 AAAATWO');
    expect(asked.slice(-4)).toEqual(['-p', '2222', 'strata@10.0.0.21', 'sudo -n /bin/sh -eu']);
  });
  it('may keep a sixteenth of its memory for itself, no more', async () => {
    const least = (32 * 2 ** 20 * 15) / 16;
    const tell = async (memoryKi: number) =>
      (await machine.observe(want, answering(facts({ memoryKi: String(memoryKi) })).reader(scope))).ok;
    expect([await tell(least), await tell(least - 1)]).toEqual([true, false]);
  });
  it.each([
    ['EXISTING-NOT-LINUX', { system: 'FreeBSD' }, {}],
    ['EXISTING-TOO-SMALL', { cpus: '4' }, {}],
    ['EXISTING-TOO-SMALL', { memoryKi: '16000000' }, {}],
    ['EXISTING-UNREADABLE', { memoryKi: '' }, {}],
    ['EXISTING-CGROUP-DIFFERS', { cgroup: 'tmpfs' }, { cgroup: 'v2' }],
  ])('that is not what was said is %s', async (code, said, more) => {
    const found = await machine.observe({ ...want, ...more } as never, answering(facts(said)).reader(scope));
    expect(found).toMatchObject({ ok: false, error: { diagnostic: { code } } });
  });
});

describe('the key', () => {
  const file = '/project/keys/machines';
  const body = (cipher: string): string =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(`openssh-key-v1\0\0\0\0${String.fromCharCode(cipher.length)}${cipher} rest`).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const holding = (text: string): Puppet => {
    const puppet = createPuppet();
    puppet.state.files.set(file, { body: text, mode: 0o600 });
    return puppet;
  };
  const want = { file: 'keys/machines' };
  it('is kept, and kept again when the file has another', async () => {
    const puppet = holding(body('none'));
    expect(await key.observe(want, puppet.reader(scope))).toEqual({ ok: true, value: undefined });
    const made = await key.apply(want, undefined, puppet.world(scope));
    expect(made).toMatchObject({ ok: true, value: { secret: { $secret: 'ssh-existing-key' } } });
    expect(JSON.stringify(made)).not.toContain('OPENSSH');
    puppet.state.files.set(file, { body: `${body('none')}\n`, mode: 0o600 });
    const seen = await key.observe(want, puppet.reader(scope));
    expect(seen.ok && key.diff(want, seen.value)).toEqual([{ what: 'key' }]);
    puppet.state.files.delete(file);
    const gone = await key.observe(want, puppet.reader(scope));
    expect(gone.ok && key.diff(want, gone.value)).toEqual([]);
  });
  it.each([
    ['a passphrase', body('aes256-ctr')],
    [
      'an older form with a passphrase',
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nAAAA\n-----END RSA PRIVATE KEY-----\n',
    ],
    ['a public key', 'ssh-ed25519 AAAA\n'],
  ])('is refused where it is %s', async (_what, text) => {
    const tried = await key.apply(want, undefined, holding(text).world(scope));
    expect(tried).toMatchObject({ ok: false, error: { diagnostic: { code: 'EXISTING-KEY-UNUSABLE' } } });
  });
  it('says where it was looked for', async () => {
    const found = await key.observe(want, createPuppet().reader(scope));
    expect(found).toMatchObject({ ok: false, error: { diagnostic: { code: 'EXISTING-KEY-MISSING' } } });
    const secret = await key.observe({ secret: 'fleet' }, createPuppet().reader(scope));
    expect(secret).toMatchObject({ ok: false, error: { diagnostic: { message: expect.stringContaining('secret fleet') } } });
  });
});
