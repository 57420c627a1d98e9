import { expect, test } from 'vitest';
import type { Connection, Exchange } from '../host/index.js';
import { type HttpResponse, ok } from '../model/index.js';
import { createKubeApi } from './api.js';

const resources = {
  '/api/v1': [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { name: 'services', kind: 'Service', namespaced: true },
    { name: 'services/status', kind: 'Service', namespaced: true },
    { name: 'pods/status', kind: 'Pod', namespaced: true },
  ],
};

/** A server that answers from a list, and remembers what it was asked. */
function serverOf(answers: Readonly<Record<string, Partial<HttpResponse>>> = {}) {
  const asked: Exchange[] = [];
  let tell: (line: string) => void = () => undefined;
  const connection: Connection = {
    close: () => undefined,
    follow: (path, told) => {
      asked.push({ method: 'GET', path });
      tell = told;
      return () => undefined;
    },
    send: async (exchange) => {
      asked.push(exchange);
      const known = Reflect.get(resources, exchange.path);
      const given = answers[`${exchange.method} ${exchange.path.split('?')[0]}`];
      if (known !== undefined) return ok({ status: 200, headers: {}, body: JSON.stringify({ resources: known }) });
      return ok({ status: 404, headers: {}, body: '{"message":"not found"}', ...given });
    },
  };
  return { api: createKubeApi(connection), asked, say: (line: unknown) => tell(JSON.stringify(line)) };
}

const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } };

test('an object without a namespace goes to the one given, and its fields are taken over', async () => {
  const path = '/api/v1/namespaces/blue/configmaps/one';
  const { api, asked } = serverOf({ [`PATCH ${path}`]: { status: 200, body: JSON.stringify(map) } });
  expect((await api.apply(map, 'blue')).ok).toBe(true);
  expect(asked.at(-1)).toMatchObject({ method: 'PATCH', path: `${path}?fieldManager=strata&force=true` });
  expect(JSON.parse(asked.at(-1)?.body ?? '')).toMatchObject({ metadata: { name: 'one', namespace: 'blue' } });
});

test('an object of the whole cluster gets no namespace', async () => {
  const { api, asked } = serverOf({ 'PATCH /api/v1/namespaces/one': { status: 200, body: JSON.stringify(map) } });
  expect((await api.apply({ ...map, kind: 'Namespace' }, 'blue')).ok).toBe(true);
  expect(asked.at(-1)?.body).not.toContain('blue');
});

test('a status is written where its kind keeps it', async () => {
  const service = { apiVersion: 'v1', kind: 'Service', name: 'one', namespace: 'blue' };
  const { api, asked } = serverOf();
  await api.applyStatus(service, { loadBalancer: {} });
  await api.applyStatus({ ...service, kind: 'ConfigMap' }, { phase: 'Available' });
  expect(asked.filter(({ method }) => method === 'PATCH').map(({ path }) => path)).toEqual([
    '/api/v1/namespaces/blue/services/one/status?fieldManager=strata',
    '/api/v1/namespaces/blue/configmaps/one?fieldManager=strata',
  ]);
});

test('a kind that is not served yet may be served later, and is asked for again', async () => {
  const { api, asked } = serverOf();
  const shape = { ...map, apiVersion: 'example.org/v1', kind: 'Shape' };
  for (let i = 0; i < 2; i += 1)
    expect(await api.apply(shape)).toMatchObject({
      ok: false,
      error: { kind: 'not-ready', diagnostic: { code: 'REHEARSAL-KIND-UNKNOWN' } },
    });
  expect(asked.filter(({ path }) => path === '/apis/example.org/v1')).toHaveLength(2);
  expect(await api.list(shape)).toEqual({ ok: true, value: [] });
});

test('kinds that are known are not asked for again, and a part of an object is not a kind', async () => {
  const { api, asked } = serverOf();
  for (const name of ['a', 'b']) await api.get({ apiVersion: 'v1', kind: 'ConfigMap', name });
  expect(asked.filter(({ path }) => path === '/api/v1')).toHaveLength(1);
  expect(await api.list({ apiVersion: 'v1', kind: 'Pod' })).toEqual({ ok: true, value: [] });
});

test.each([
  [422, 'invalid'],
  [403, 'invalid'],
  [429, 'not-ready'],
  [500, 'not-ready'],
])('a refusal with %s is %s, in the words of the API server', async (status, kind) => {
  const path = '/api/v1/namespaces/default/configmaps/one';
  const { api } = serverOf({ [`PATCH ${path}`]: { status, body: '{"kind":"Status","message":"spec.x: unknown"}' } });
  const applied = await api.apply(map);
  expect(applied).toMatchObject({ ok: false, error: { kind, diagnostic: { message: 'ConfigMap one: spec.x: unknown' } } });
});

test('nothing there is no failure, and making what is there already is none either', async () => {
  const { api } = serverOf({ 'POST /api/v1/namespaces/default/configmaps': { status: 409 } });
  expect(await api.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'one' })).toEqual({ ok: true, value: undefined });
  expect(await api.create(map)).toEqual({ ok: true, value: undefined });
});

test('a watch tells of what is there and what changes, not of what goes', async () => {
  const { api, asked, say } = serverOf();
  const told: string[] = [];
  await api.watch({ apiVersion: 'v1', kind: 'ConfigMap' }, (object) => told.push(object.metadata.name));
  expect(asked.at(-1)?.path).toBe('/api/v1/configmaps?watch=1');
  for (const [type, name] of [
    ['ADDED', 'a'],
    ['DELETED', 'b'],
    ['MODIFIED', 'c'],
  ])
    say({ type, object: { ...map, metadata: { name } } });
  expect(told).toEqual(['a', 'c']);
});

test('a token is asked for in the name of a service account', async () => {
  const path = '/api/v1/namespaces/blue/serviceaccounts/robot/token';
  const { api } = serverOf({ [`POST ${path}`]: { status: 201, body: '{"status":{"token":"secret"}}' } });
  expect(await api.token('blue', 'robot')).toEqual({ ok: true, value: 'secret' });
  expect((await api.token('blue', 'nobody')).ok).toBe(false);
});
