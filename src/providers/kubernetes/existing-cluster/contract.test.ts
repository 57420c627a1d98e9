import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ReadWorld } from '../../../model/index.js';
import { contract, createPuppet, type Puppet, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { existingCluster } from './index.js';
import { permissions } from './permissions.js';
import { cluster } from './steps/cluster.js';
import { kubeconfig } from './steps/kubeconfig.js';

// What kubectl v1.37.2 printed in test/e2e/existing-cluster.e2e.ts against a real API server.
const origin = { version: 'kubectl v1.37.2', recorded: '2026-11-24' };
const secretToken = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
const config = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    clusters: [{ name: 'here', cluster: { server: 'https://10.0.0.9:6443', 'certificate-authority-data': 'Y2E=' } }],
    users: [{ name: 'me', user: { token: secretToken, ...more } }],
  });

/** Good until 23 November 2026; its key is gone. */
const pastCertificate = `-----BEGIN CERTIFICATE-----
MIIBFzCBvwIUQE1IZVWEOXAim8CA+XRp44CBlZMwCgYIKoZIzj0EAwIwDzENMAsG
A1UEAwwEcGFzdDAeFw0yNjExMjQxMjUwMzFaFw0yNjExMjMxMjUwMzFaMA8xDTAL
BgNVBAMMBHBhc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATbu1CO84iXx4uK
fHCeyTe7k5jurp0rA1CZ6/6dVBtizbbTeCBF0m5K0KLXuejVSrtSCsJURp43LwfU
BBE/vl23MAoGCCqGSM49BAMCA0cAMEQCIHAz4rAE3EaLS3D4lRJF58BKGpoh62uM
7rfwvfDUGOBuAiBY8OEC8VxhISIRDHHDaX5Z5xh0JcrHaPeogaUTNdm2Sw==
-----END CERTIFICATE-----
`;

interface Answers {
  readonly version?: string;
  readonly denied?: string;
  readonly nodes?: readonly unknown[];
  readonly classes?: readonly unknown[];
  readonly stderr?: string;
}
const node = (name: string, status = 'True') => ({
  kind: 'Node',
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status }] },
});
const storage = (name: string, isDefault: string) => ({
  kind: 'StorageClass',
  metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
});

/** A cluster that answers as it is told. */
function host(answers: Answers = {}): Puppet {
  const puppet = createPuppet();
  puppet.state.files.set('/project/cluster.kubeconfig', { body: config(), mode: 0o600 });
  puppet.state.secrets.set('fleet', config());
  puppet.answerHttp(({ url }) => (url === 'http://10.0.0.2:5000/v2/' ? { status: 200, headers: {}, body: '{}' } : undefined));
  puppet.tool('kubectl', origin).answer((args) => {
    if (answers.stderr !== undefined) return { code: 1, stderr: answers.stderr };
    if (args.includes('/version')) return { stdout: `{ "gitVersion": "${answers.version ?? 'v1.37.2'}" }` };
    if (args.includes('create'))
      return { stdout: permissions.map(({ resource }) => `${resource !== answers.denied}\n`).join('') };
    const items = args.includes('nodes')
      ? (answers.nodes ?? [node('one'), node('two')])
      : (answers.classes ?? [storage('slow', 'false'), storage('fast', 'true')]);
    return { stdout: JSON.stringify({ items }) };
  });
  return puppet;
}

const support = { registry: '10.0.0.2:5000', git: 'git://10.0.0.2:9418' };
const specs = {
  file: { kubeconfig: { file: 'cluster.kubeconfig' }, support },
  secret: { kubeconfig: { secret: 'fleet' }, support, storageClass: 'slow', versions: { oldest: 'v1.35' } },
};

contract({ provider: existingCluster, folder: import.meta.dirname, specs, machine: host });

const scope = { signal: new AbortController().signal, emit: () => {} };
const reader = (answers: Answers = {}): ReadWorld => host(answers).reader(scope);
const want = { kubeconfig: { $secret: 'fleet' }, versions: { oldest: 'v1.36', newest: 'v1.38' } };

describe('a cluster that is there already', () => {
  it('publishes what it says of itself', async () => {
    expect(await cluster.observe(want, reader())).toEqual({
      ok: true,
      value: { kubeconfig: want.kubeconfig, version: 'v1.37.2', storageClass: 'fast', nodes: 2 },
    });
    const other = await cluster.observe({ ...want, storageClass: 'slow' }, reader({ version: 'v1.36.1+rke2r1' }));
    expect(other).toMatchObject({ value: { storageClass: 'slow', version: 'v1.36.1+rke2r1' } });
  });

  it.each([
    [{ version: 'v1.35.9' }, 'EXISTING-CLUSTER-VERSION', 'The cluster is v1.35.9; v1.36 to v1.38 are taken.'],
    [{ version: 'v2.0.0' }, 'EXISTING-CLUSTER-VERSION', 'The cluster is v2.0.0; v1.36 to v1.38 are taken.'],
    [
      { denied: 'apiservices' },
      'EXISTING-CLUSTER-FORBIDDEN',
      'The credentials may not: create apiservices.apiregistration.k8s.io.',
    ],
    [{ nodes: [] }, 'EXISTING-CLUSTER-NODES', 'The cluster has no node.'],
    [{ nodes: [node('one', 'Unknown'), node('two')] }, 'EXISTING-CLUSTER-NODES', '1 of 2 nodes are not Ready: one.'],
    [
      { classes: [storage('slow', 'false')] },
      'EXISTING-CLUSTER-STORAGE',
      'The cluster has no default StorageClass; it has slow.',
    ],
  ])('is refused as %j', async (answers: Answers, code, message) => {
    expect(await cluster.observe(want, reader(answers))).toMatchObject({ ok: false, error: { diagnostic: { code, message } } });
  });

  // The words of kubectl v1.37.2.
  it.each([
    ['The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?', 'UNREACHABLE'],
    ['Unable to connect to the server: dial tcp: lookup nowhere.example on 127.0.0.53:53: no such host', 'UNREACHABLE'],
    ['error: You must be logged in to the server (Unauthorized)', 'CREDENTIALS'],
    [
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'AUTHORITY',
    ],
    ['Error from server (Forbidden): nodes is forbidden: User "guest" cannot list resource "nodes"', 'FORBIDDEN'],
  ])('says %j in its own words', async (stderr, code) => {
    const refused = await cluster.observe(want, reader({ stderr }));
    expect(refused).toMatchObject({ error: { diagnostic: { code: `EXISTING-CLUSTER-${code}` } } });
  });
});

describe('a kubeconfig', () => {
  const file = { file: 'cluster.kubeconfig' };
  const seen = (body: string, mode = 0o600) => {
    const puppet = host();
    puppet.state.nowMs = Date.UTC(2027, 0, 1);
    puppet.state.files.set('/project/cluster.kubeconfig', { body, mode });
    return kubeconfig.observe(file, puppet.reader(scope));
  };
  it.each([
    ['open to a group', config(), 0o640, 'EXISTING-CLUSTER-KUBECONFIG-OPEN'],
    ['without text', '', 0o600, 'KUBE-CONFIG-UNUSABLE'],
    ['that is no YAML', '{ a: [', 0o600, 'KUBE-CONFIG-UNUSABLE'],
    ['with a helper program', config({ token: undefined, exec: { command: 'aws' } }), 0o600, 'KUBE-CONFIG-UNUSABLE'],
    [
      'with a token elsewhere',
      config({ token: undefined, tokenFile: '/run/token' }),
      0o600,
      'EXISTING-CLUSTER-NOT-SELF-CONTAINED',
    ],
    [
      'with a certificate that is none',
      config({ 'client-certificate-data': 'bm9uZQ==', 'client-key-data': 'bm9uZQ==' }),
      0o600,
      'KUBE-CONFIG-UNUSABLE',
    ],
    [
      'with a certificate that is past its time',
      config({ 'client-certificate-data': Buffer.from(pastCertificate).toString('base64'), 'client-key-data': 'bm9uZQ==' }),
      0o600,
      'EXISTING-CLUSTER-EXPIRED',
    ],
  ])('%s is refused', async (_what, body, mode, code) => {
    const refused = await seen(body, mode);
    expect(refused).toMatchObject({ ok: false, error: { diagnostic: { code } } });
    expect(JSON.stringify(refused)).not.toContain(secretToken);
  });
  it('that is replaced is kept anew', async () => {
    const puppet = host();
    const first = await kubeconfig.apply(file, undefined, puppet.world(scope));
    expect(first).toMatchObject({ ok: true });
    puppet.state.files.set('/project/cluster.kubeconfig', { body: `${config()}\n`, mode: 0o600 });
    const now = await kubeconfig.observe(file, puppet.reader(scope));
    expect(now.ok && kubeconfig.diff(file, now.value)).toEqual([{ what: 'kubeconfig' }]);
  });
});

it('its plan', async () => {
  const { steps, publishes } = existingCluster.plan(
    { ...specs.file, versions: { oldest: 'v1.36', newest: 'v1.38' } },
    sampleGiven('kubernetes'),
    sampleKit('kubernetes'),
  );
  const plan = { steps: steps.map(({ id, title, effect, inputs, after }) => ({ id, title, effect, inputs, after })), publishes };
  await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot('cases/plan.json');
});

it('ejected, it is kubectl', () => {
  const spec = { ...specs.file, versions: { oldest: 'v1.36', newest: 'v1.38' } };
  const ejected = existingCluster.eject?.(spec, sampleGiven('kubernetes'), sampleKit('kubernetes'), {});
  expect(ejected?.programs).toEqual(['kubectl']);
  expect(ejected?.destroy).toEqual([]);
  expect(ejected?.apply.every((line) => /^kubectl --kubeconfig "\$\(KUBECONFIG\)" (get|auth|wait) /.test(line))).toBe(true);
});
