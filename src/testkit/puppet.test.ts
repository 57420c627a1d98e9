import { expect, test } from 'vitest';
import { secretRef } from '../model/index.js';
import { createPuppet, type PuppetEmission, toyFailure } from './index.js';

const origin = { version: '1.11.0', recorded: '2026-02-03' };
const scope = (signal = new AbortController().signal, emit: (event: PuppetEmission) => void = () => {}) => ({ signal, emit });

test('a command waits until the test answers it', async () => {
  const puppet = createPuppet();
  const tool = puppet.tool('terraform', origin);
  const first = puppet.world(scope()).change({ tool: 'terraform', args: ['apply', { $secretPath: 'vars' }] });
  const call = await tool.nextCall();
  expect([call.kind, call.args]).toEqual(['change', ['apply', 'secret:vars']]);
  call.stdout('out');
  call.stderr('err');
  call.exit(1);
  expect(await first).toEqual({ ok: true, value: { code: 1, stdout: 'out', stderr: 'err' } });
  const next = tool.nextCall();
  const second = puppet.reader(scope()).query({ tool: 'terraform', args: ['show'] });
  (await next).fail(toyFailure('timeout'));
  expect(await second).toMatchObject({ ok: false, error: { kind: 'timeout' } });
});

test('a fake names its origin; a tool nobody plays is not installed', async () => {
  const puppet = createPuppet();
  expect(() => puppet.tool('terraform')).toThrow('origin');
  expect(puppet.tool('terraform', origin)).toBe(puppet.tool('terraform'));
  expect([await puppet.reader(scope()).locate('terraform'), await puppet.reader(scope()).locate('tofu')]).toEqual([
    '/puppet/bin/terraform',
    undefined,
  ]);
  expect(await puppet.reader(scope()).query({ tool: 'tofu', args: [] })).toMatchObject({
    ok: false,
    error: { kind: 'tool-missing' },
  });
  expect(await puppet.world(scope()).start({ name: 'd', tool: 'tofu', args: [] })).toMatchObject({ ok: false });
  expect([...puppet.state.called]).toEqual(['tofu']);
});

test('answers are asked newest first, and may fail', async () => {
  const puppet = createPuppet();
  const tool = puppet.tool('git', origin);
  tool.answer(() => ({ stdout: 'old' }));
  tool.answer(([verb]) => (verb === 'push' ? toyFailure('network') : undefined));
  const world = puppet.world(scope());
  expect(await world.query({ tool: 'git', args: ['log'] })).toMatchObject({ value: { code: 0, stdout: 'old' } });
  expect(await world.change({ tool: 'git', args: ['push'] })).toMatchObject({ ok: false, error: { kind: 'network' } });
});

test('an abort ends commands that wait and refuses new ones', async () => {
  const puppet = createPuppet();
  puppet.tool('packer', origin);
  const abort = new AbortController();
  const under = puppet.world(scope(abort.signal)).change({ tool: 'packer', args: ['build'] });
  await puppet.tool('packer').nextCall();
  abort.abort();
  expect(await under).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
  expect(await puppet.reader(scope(abort.signal)).query({ tool: 'packer', args: [] })).toMatchObject({
    error: { kind: 'cancelled' },
  });
});

test('files, secrets, daemons and time behave as the contracts say', async () => {
  const puppet = createPuppet();
  const told: PuppetEmission[] = [];
  const world = puppet.world(scope(undefined, (event) => told.push(event)));
  await world.write('/state/a/b', 'hello', 0o600);
  await world.makeDirectory('/state/empty');
  expect(await world.read('/state/a/b')).toEqual({ ok: true, value: 'hello' });
  expect([await world.list('/state'), await world.list('/none'), await world.list('/state/a/')]).toEqual([
    ['a', 'empty'],
    [],
    ['b'],
  ]);
  expect([
    (await world.stat('/state/a/b'))?.mode,
    (await world.stat('/state/a'))?.kind,
    (await world.stat('/state/empty'))?.kind,
    await world.stat('/none'),
  ]).toEqual([0o600, 'directory', 'directory', undefined]);
  const digest = await world.digest('/state/a');
  expect([(await world.digest('/state/a/b')) === digest, await world.digest('/none')]).toEqual([false, undefined]);
  expect(await world.rename('/state/a', '/state/c')).toMatchObject({ ok: true });
  expect(await world.digest('/state/c')).toBe(digest);
  expect(await world.rename('/state/a', '/state/c')).toMatchObject({ ok: false });
  expect(await world.remove('/etc/passwd')).toMatchObject({ ok: false, error: { kind: 'refused' } });
  await world.remove('/state/c');
  expect(await world.list('/state')).toEqual(['empty']);

  expect(await world.reveal(secretRef('s'))).toMatchObject({ ok: false });
  await world.keep(secretRef('s'), 'value');
  const secret = await world.reveal(secretRef('s'));
  expect([await world.holds(secretRef('s')), secret.ok && secret.value.expose()]).toEqual([true, 'value']);

  puppet.tool('sshd', origin);
  const started = await world.start({ name: 'd', tool: 'sshd', args: [] });
  expect(await world.start({ name: 'd', tool: 'sshd', args: [] })).toEqual(started);
  expect(await world.daemon('d')).toEqual(started.ok && started.value);
  await world.end('d');
  expect(await world.daemon('d')).toBeUndefined();

  const before = world.now().getTime();
  await world.pause(5_000);
  expect(world.now().getTime() - before).toBe(5_000);
  world.note('hello');
  expect(told).toEqual([{ type: 'step-note', text: 'hello' }]);

  expect(await world.get({ url: 'http://x/' })).toMatchObject({ ok: false, error: { kind: 'network' } });
  puppet.answerHttp(({ method, url }) => (url.endsWith('/ready') ? { status: 200, headers: {}, body: method } : undefined));
  expect(await world.get({ url: 'http://x/ready' })).toMatchObject({ value: { status: 200, body: 'GET' } });
  expect(await world.request({ method: 'PUT', url: 'http://x/ready' })).toMatchObject({ value: { body: 'PUT' } });
});

test('a killed process does its last deed and hears of nothing; the next finds the machine as it was left', async () => {
  const puppet = createPuppet();
  const died = puppet.dieAfter(2);
  const world = puppet.world(scope());
  await world.write('/state/1', 'x');
  const heard: string[] = [];
  world.write('/state/2', 'x').then(() => heard.push('2'));
  await died;
  world.write('/state/3', 'x').then(() => heard.push('3'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual([]);
  const next = puppet.reborn().world(scope());
  expect(await next.list('/state')).toEqual(['1', '2']);
  expect(await next.write('/state/3', 'x')).toMatchObject({ ok: true });
  expect(puppet.state.deeds.map((deed) => deed.what)).toEqual(['/state/1', '/state/2', '/state/3']);
});
