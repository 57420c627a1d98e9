import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { CheckFile } from '../../src/preflight/index.js';
import { ActionTable, EntryFile, evaluate, OwnerFile, readData } from '../../src/prerequisites/index.js';
import { type Layer, type PlannedMachine, prerequisiteKinds } from '../../src/model/index.js';
import { providers } from '../../src/providers/registry.js';
import { componentOf, distributions, imageTargets, infrastructures } from '../support/minimal-specs.js';

const catalog = resolve(import.meta.dirname, '../../catalog');
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(catalog, folder), { recursive: true, encoding: 'utf8' })
    .filter((one) => one.endsWith('.yaml'))
    .map((one) => `${folder}/${one}`);
const must = <T extends TSchema>(schema: T, path: string) => {
  const read = readData(schema, readFileSync(join(catalog, path), 'utf8'), path);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
};
const entries = () => filesIn('prerequisites').filter((path) => path.split('/').length === 3);
const known = new Set(providers.map(({ layer, id }) => `${layer}/${id}.yaml`));

describe('prerequisites of the catalog', () => {
  const owners = must(OwnerFile, 'prerequisites/owners.yaml');
  it('can be read, belong to a provider, and wait only for what is in their file', () => {
    for (const path of entries()) {
      expect(known.has(path.replace('prerequisites/', '')), path).toBe(true);
      const { items } = must(EntryFile, path);
      const ids = items.map(({ id }) => id);
      expect(new Set(ids).size, path).toBe(ids.length);
      for (const { after = [] } of items)
        expect(
          after.filter((id) => !ids.includes(id)),
          path,
        ).toEqual([]);
    }
  });
  it('have an owner and a lead time for every kind', () => {
    expect(prerequisiteKinds.filter((kind) => owners.owners[owners.kinds[kind]?.owner ?? ''] === undefined)).toEqual([]);
  });
  it('have tables of actions that name their source', () => {
    for (const path of filesIn('prerequisites').filter((one) => one.endsWith('-actions.yaml')))
      expect(must(ActionTable, path).source, path).toMatch(/^https:\/\//);
  });
});

const blocksOf = (module: string): readonly string[] =>
  readdirSync(join(catalog, module))
    .filter((name) => /\.tf$|\.pkr\.hcl$/.test(name))
    .map((name) => readFileSync(join(catalog, module, name), 'utf8'));
const machines: readonly PlannedMachine[] = [1, 2, 3]
  .map((n): PlannedMachine => ({ name: `cp-${n}`, role: 'control-plane' }))
  .concat({ name: 'worker-1', role: 'worker' }, { name: 'worker-2', role: 'worker' });

/** Everything a provider asks for, as the program derives it. */
function asked(layer: Layer, id: string, said: Readonly<Record<string, unknown>>) {
  const path = `prerequisites/${layer}/${id}.yaml`;
  return evaluate(
    must(EntryFile, path),
    {
      component: `${layer}/one`,
      platform: 'shop',
      environment: 'production',
      spec: componentOf(layer, id, said).with,
      machines,
      situation: 'new-account',
      module: blocksOf,
      table: (table) => must(ActionTable, table),
    },
    { file: path, line: 1, column: 1 },
  );
}
type Asked = ReturnType<typeof asked>['stated'][number];
const one = (all: readonly Asked[], word: string): Asked => {
  const found = all.find(({ id }) => id.endsWith(`/${word}`));
  if (found === undefined) throw new Error(`nothing asks for ${word}: ${all.map(({ id }) => id).join()}`);
  return found;
};

describe('prerequisites of every provider', () => {
  const full = {
    aws: {
      ...infrastructures['terraform-aws'],
      zones: ['eu-west-3a', 'eu-west-3b', 'eu-west-3c'],
      nat: 'each',
      bastion: { allow: ['203.0.113.0/24'] },
      autoscaling: { max: 4, userData: '#cloud-config' },
      ingress: {},
      disks: { data: 200, key: 'arn:aws:kms:eu-west-3:1:key/k' },
      publicZone: 'Z1',
      bucket: 'shop-backups',
      backend: { type: 's3', config: { bucket: 'shop-state', key: 'production.tfstate', region: 'eu-west-3' } },
    },
    azure: {
      ...infrastructures['terraform-azure'],
      credentials: { tenant: 't', client: 'c', secret: 's' },
      bastion: {},
      autoscaling: { min: 0, max: 2 },
      ingress: {},
      storage: 'shopbackups',
      diskKeys: '/set',
      backend: { type: 'azurerm', config: { storage_account_name: 'a', container_name: 'c' } },
    },
  };
  const said: readonly (readonly [Layer, string, string, Readonly<Record<string, unknown>>])[] = [
    ...Object.entries(infrastructures).map(([id, spec]) => ['infrastructure', id, 'the least', spec] as const),
    ...Object.entries(distributions).map(([id, spec]) => ['kubernetes', id, 'the least', spec] as const),
    ...Object.entries(imageTargets).map(([target, spec]) => ['image', 'packer', target, spec] as const),
    ['infrastructure', 'terraform-aws', 'everything', full.aws],
    ['infrastructure', 'terraform-azure', 'everything', full.azure],
    [
      'kubernetes',
      'rke2',
      'everything',
      { install: { method: 'tarball' }, images: 'registry', selinux: true, cni: 'cilium', ingress: 'traefik' },
    ],
    ['kubernetes', 'konvoy', 'air gap', { airgap: { bundles: ['/b.tar'] }, virtualInterface: 'ens192' }],
  ];
  it.each(said)('%s %s, told %s, says it in full', (layer, id, _how, spec) => {
    const { stated, problems } = asked(layer, id, spec);
    expect(problems).toEqual([]);
    expect(stated.length).toBeGreaterThan(1);
    for (const { id: name, what, items, number } of stated) {
      expect([what, ...items].join('\n'), name).not.toMatch(/\$\{|undefined|\[object| $| {2}/m);
      expect(number === undefined || number.value > 0, name).toBe(true);
    }
  });
  it('are there for all of them', () => {
    expect(providers.filter(({ layer, id }) => !existsSync(join(catalog, 'prerequisites', layer, `${id}.yaml`)))).toEqual([]);
  });
  it('count what a definition takes of an account', () => {
    const { stated } = asked('infrastructure', 'terraform-aws', full.aws);
    const figures = ['vcpus', 'volumes', 'addresses', 'gateways', 'balancers'].map((word) => one(stated, word).number?.value);
    // 3 × m6i.xlarge, 2 + 4 × m6i.2xlarge, a t3.micro; 5 + 4 × 100 GiB, 2 × 200 GiB, 20 GiB.
    expect(figures).toEqual([3 * 4 + 6 * 8 + 2, 9 * 100 + 2 * 200 + 20, 3, 3, 2]);
  });
  it('ask for no action of what is not made', () => {
    const least = one(asked('infrastructure', 'terraform-aws', infrastructures['terraform-aws'] ?? {}).stated, 'actions').items;
    const all = one(asked('infrastructure', 'terraform-aws', full.aws).stated, 'actions').items;
    expect(all.filter((action) => !least.includes(action)).map((action) => action.split(':')[0])).toEqual(
      expect.arrayContaining(['autoscaling', 's3']),
    );
    expect(least.filter((action) => /^(s3|autoscaling):|LaunchTemplate|AttachVolume/.test(action))).toEqual([]);
    expect(least).toEqual(expect.arrayContaining(['ec2:RunInstances', 'iam:PassRole', 'route53:CreateHostedZone']));
  });
  it('have no wildcard among their actions, and spell them as their source does', () => {
    const spelling = {
      'aws-actions': /^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/,
      'azure-actions': /^Microsoft\.[A-Za-z]+(\/[A-Za-z0-9]+)+$/,
      'vsphere-actions': /^[a-zA-Z ]+: [A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)+$/,
    };
    for (const [name, pattern] of Object.entries(spelling)) {
      const { resources } = must(ActionTable, `prerequisites/${name}.yaml`);
      for (const [block, actions] of Object.entries(resources)) {
        expect(
          actions.filter((action) => !pattern.test(action)),
          `${name} ${block}`,
        ).toEqual([]);
        expect(new Set(actions).size, `${name} ${block}`).toBe(actions.length);
      }
    }
  });
  it('allow every call that a real run of the module made', () => {
    const { calls } = JSON.parse(readFileSync(join(import.meta.dirname, 'aws-calls.json'), 'utf8')) as { calls: string[] };
    const allowed = new Set(Object.values(must(ActionTable, 'prerequisites/aws-actions.yaml').resources).flat());
    expect(calls.length).toBeGreaterThan(90);
    // Asked by that old release of the provider alone: about networks that no account has any more.
    const gone = ['ec2:DescribeAccountAttributes', 'ec2:DescribeVpcClassicLink', 'ec2:DescribeVpcClassicLinkDnsSupport'];
    expect(calls.filter((call) => !allowed.has(call))).toEqual(gone);
  });
  it('name blocks that their module has', () => {
    for (const path of entries())
      for (const { actions } of must(EntryFile, path).items) {
        const text = actions === undefined ? '' : blocksOf(actions.module).join('\n');
        const named = Object.keys(actions?.when ?? {}).map((name) => name.replace('data.', ''));
        expect(
          named.filter((name) => !text.includes(`"${name}"`)),
          path,
        ).toEqual([]);
      }
  });
});

describe('checks of the catalog', () => {
  const files = filesIn('checks');
  const all = files.map((path) => ({ path, checks: must(CheckFile, path).checks }));
  it('can be read, have ids of their own, and belong to the host or a provider', () => {
    for (const { path, checks } of all) {
      expect(path === 'checks/host.yaml' || known.has(path.replace('checks/', '')), path).toBe(true);
      expect(new Set(checks.map(({ id }) => id)).size, path).toBe(checks.length);
    }
  });
  it('are at least sixty', () => {
    expect(all.flatMap(({ checks }) => checks).length).toBeGreaterThanOrEqual(60);
  });
  it('answer prerequisites that their provider has', () => {
    for (const { path, checks } of all) {
      const answered = checks.flatMap(({ answers = [] }) => answers);
      if (answered.length === 0) continue;
      const ids = must(EntryFile, path.replace('checks/', 'prerequisites/')).items.map(({ id }) => id);
      expect(
        [...new Set(answered)].filter((id) => !ids.includes(id)),
        path,
      ).toEqual([]);
    }
  });
  it('rest on facts that the script tells', () => {
    const script = readFileSync(join(catalog, 'checks/facts.sh'), 'utf8');
    const groups = {
      program: /for name in (socat [^;]+);/,
      module: /for name in (overlay [^;]+);/,
      sysctl: /for name in (net\.ipv4[^;]+);/,
      port: /for number in ([^;]+);/,
    };
    const told = new Set([...script.matchAll(/^say ([a-zA-Z]+) /gm)].map(([, name]) => name));
    for (const [prefix, pattern] of Object.entries(groups))
      for (const name of pattern.exec(script)?.[1]?.split(' ') ?? []) told.add(`${prefix}.${name}`);
    const used = all.flatMap(({ checks }) =>
      checks.flatMap(({ probe }) =>
        'fact' in probe ? [probe.fact] : 'unique' in probe ? [probe.unique] : 'same' in probe ? [probe.same] : [],
      ),
    );
    expect([...new Set(used)].filter((fact) => !told.has(fact))).toEqual([]);
  });
});
