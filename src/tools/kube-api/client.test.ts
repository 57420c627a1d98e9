import { expect, test } from 'vitest';
import { type HttpResponse, ok } from '../../model/index.js';
import { createKubeClient, parseKubeconfig, type Send } from './index.js';

const group = (name: string, versions: readonly string[]): object => ({
  metadata: { name },
  versions: versions.map((version) => ({
    version,
    resources: [
      { resource: 'webs', responseKind: { kind: 'Web' }, scope: 'Namespaced', verbs: ['get', 'list', 'patch'] },
      { resource: 'rooms', responseKind: { kind: 'Room' }, scope: 'Cluster', verbs: ['get', 'list', 'patch'] },
    ],
  })),
});

/** A server that answers each path from a queue, and remembers what it was asked. */
function serverOf(answers: Readonly<Record<string, Partial<HttpResponse>[]>>) {
  const asked: Parameters<Send>[0][] = [];
  const pauses: number[] = [];
  const send: Send = async (exchange) => {
    asked.push(exchange);
    const known: Readonly<Record<string, object>> = { '/api': { items: [] }, '/apis': { items: [group('x.io', ['v2', 'v1'])] } };
    const body = known[exchange.path];
    if (body !== undefined) return ok({ status: 200, headers: {}, body: JSON.stringify(body) });
    return ok({ status: 404, headers: {}, body: '{"message":"not found"}', ...answers[exchange.path]?.shift() });
  };
  const pause = async (ms: number): Promise<void> => {
    pauses.push(ms);
  };
  return { client: createKubeClient({ send, pause }), asked, pauses };
}

const page = (names: readonly string[], next = ''): Partial<HttpResponse> => ({
  status: 200,
  body: JSON.stringify({ metadata: { continue: next }, items: names.map((name) => ({ metadata: { name } })) }),
});
const web = { apiVersion: 'x.io/v1', kind: 'Web', name: 'one', namespace: 'blue' };

test('the version that a group prefers comes first', async () => {
  const resources = await serverOf({}).client.resources();
  const found = resources.ok ? resources.value.map((one) => `${one.apiVersion} ${one.kind} ${one.preferred}`) : [];
  expect(found).toEqual(['x.io/v2 Web true', 'x.io/v2 Room true', 'x.io/v1 Web false', 'x.io/v1 Room false']);
});

test('a list is read page by page, from the beginning where its token grew too old', async () => {
  const next = '/apis/x.io/v1/webs?limit=500&continue=t';
  const { client } = serverOf({
    '/apis/x.io/v1/webs?limit=500': [page(['gone'], 't'), page(['a'], 't')],
    [next]: [{ status: 410, body: '{}' }, page(['b'])],
  });
  const list = await client.list({
    apiVersion: 'x.io/v1',
    kind: 'Web',
    name: 'webs',
    namespaced: true,
    verbs: [],
    preferred: true,
  });
  expect(list.ok && list.value.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Web a', 'Web b']);
});

test('a server that has enough is asked again when it says so, and not for ever', async () => {
  const path = '/apis/x.io/v1/namespaces/blue/webs/one';
  const busy = { status: 429, headers: { 'retry-after': '2' } };
  const { client, pauses } = serverOf({ [path]: [busy, { status: 200, body: '{"kind":"Web"}' }] });
  expect(await client.get(web)).toEqual(ok({ kind: 'Web' }));
  expect(pauses).toEqual([2000]);
  const never = await serverOf({ [path]: Array.from({ length: 20 }, () => busy) }).client.get(web);
  expect(!never.ok && never.error.diagnostic.code).toBe('KUBE-API-BUSY');
});

test('an object is applied where it belongs, by a manager that takes over; a dry run says so', async () => {
  const space = '/apis/x.io/v1/namespaces/blue/webs/one?fieldManager=me&force=true&dryRun=All';
  const room = '/apis/x.io/v1/rooms/one?fieldManager=me&force=true';
  const { client, asked } = serverOf({ [space]: [{ status: 200, body: '{}' }], [room]: [{ status: 200, body: '{}' }] });
  const metadata = { name: 'one' };
  const dry = { manager: 'me', dryRun: 'server', namespace: 'blue' } as const;
  expect((await client.apply({ apiVersion: 'x.io/v1', kind: 'Web', metadata }, dry)).ok).toBe(true);
  expect((await client.apply({ apiVersion: 'x.io/v1', kind: 'Room', metadata }, { manager: 'me', namespace: 'blue' })).ok).toBe(
    true,
  );
  expect(asked.at(-2)?.body).toContain('"namespace":"blue"');
  expect(asked.at(-1)?.body).not.toContain('namespace');
});

test('a refusal is told in the words of the API server', async () => {
  const { client } = serverOf({ '/apis/x.io/v1/namespaces/blue/webs/one': [{ status: 403, body: '{"message":"not you"}' }] });
  const got = await client.get(web);
  expect(!got.ok && got.error.kind).toBe('refused');
  expect(!got.ok && got.error.diagnostic.message).toBe('Web blue/one: not you (403)');
});

const config = (cluster: object, user: object): object => ({
  'current-context': 'c',
  contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  clusters: [{ name: 'k', cluster }],
  users: [{ name: 'u', user }],
});

test('a kubeconfig gives server, authority and who we are, inline or as files', () => {
  const data = Buffer.from('PEM').toString('base64');
  const inline = config({ server: 'https://a:1/', 'certificate-authority-data': data }, { token: 't' });
  expect(parseKubeconfig(inline, 'f')).toEqual(ok({ server: 'https://a:1', ca: { text: 'PEM' }, token: { text: 't' } }));
  const files = config(
    { server: 'https://a:1', 'certificate-authority': 'ca.crt' },
    { 'client-certificate': 'c.crt', 'client-key-data': data },
  );
  expect(parseKubeconfig(files, 'f')).toEqual(
    ok({ server: 'https://a:1', ca: { file: 'ca.crt' }, identity: { cert: { file: 'c.crt' }, key: { text: 'PEM' } } }),
  );
});

test.each([
  ['a helper program', config({ server: 's', 'certificate-authority': 'f' }, { exec: { command: 'x' } })],
  ['no authority', config({ server: 's', 'insecure-skip-tls-verify': true }, { token: 't' })],
  ['no context', {}],
  ['no mapping', 'text'],
])('a kubeconfig with %s is refused', (_, value) => {
  const read = parseKubeconfig(value, 'f');
  expect(!read.ok && read.error.diagnostic.code).toBe('KUBE-CONFIG-UNUSABLE');
});
