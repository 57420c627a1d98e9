// What others must grant for three environments, as files and as a request for each of them; and that AWS has the actions.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite } from '../../src/app/site.js';
import type { PrerequisiteReport } from '../../src/model/index.js';
import { pythonWith } from '../support/python.js';
import { repository, strata } from './strata.js';

let folder = '';
let moto = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-prerequisites-'));
  const site = await openSite(folder, 'e2e');
  if (!site.ok) throw new Error(site.error.diagnostic.message);
  moto = pythonWith(site.value.paths.cache, 'moto-5.2.5', 'moto[server]==5.2.5');
}, 300_000);

afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

const places = [
  { example: 'local', environment: 'local', has: ['infrastructure/machines/host', 'services/core/images'] },
  { example: 'large', environment: 'production', has: ['infrastructure/machines/login', 'kubernetes/cluster/ranges'] },
  { example: 'fleet', environment: 'cloud', has: ['infrastructure/machines/actions', 'kubernetes/cluster/pull-secret'] },
] as const;

test.each(places)(
  'everything that others must grant for $example/$environment, and a request for each of them',
  async ({ example, environment, has }) => {
    const out = join(folder, `asked-${example}`);
    const args = ['-e', environment, '--start', '2026-11-24', '--situation', 'restricted', '--out', out, '-o', 'json'];
    const { code, stdout, stderr } = await strata('prerequisites', join(repository, 'examples', example), ...args);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as PrerequisiteReport;
    expect(readdirSync(out).sort()).toEqual([
      'prerequisites.csv',
      'prerequisites.html',
      'prerequisites.json',
      'prerequisites.md',
      'requests',
    ]);
    expect(report.items.map(({ id }) => id)).toEqual(expect.arrayContaining([...has]));
    expect(report.silent).toEqual([]);
    expect(report.ready > '2026-11-24').toBe(true);
    expect(readdirSync(join(out, 'requests')).sort()).toEqual(report.owners.map(({ name }) => `${name}.txt`).sort());
    const page = readFileSync(join(out, 'prerequisites.html'), 'utf8');
    const csv = readFileSync(join(out, 'prerequisites.csv'), 'utf8');
    for (const { id, what, owner } of report.items) {
      expect(csv).toContain(id);
      expect(readFileSync(join(out, 'prerequisites.md'), 'utf8')).toContain(`### ${id}`);
      expect(readFileSync(join(out, 'requests', `${owner}.txt`), 'utf8')).toContain(what);
    }
    expect(page).toContain(`<b>${report.ready}</b>`);
    expect(page).not.toMatch(/undefined|\$\{|<script/);
  },
  60_000,
);

test('actions are names that AWS has', () => {
  const table = readFileSync(join(repository, 'catalog/prerequisites/aws-actions.yaml'), 'utf8');
  const services = { ec2: 'ec2', elasticloadbalancing: 'elbv2', autoscaling: 'autoscaling', iam: 'iam', route53: 'route53' };
  const script =
    'import boto3,json,sys; print(json.dumps({k: boto3.client(v, region_name="eu-west-3").meta.service_model.operation_names for k, v in json.loads(sys.argv[1]).items()}))';
  const { stdout, stderr } = spawnSync(moto, ['-c', script, JSON.stringify(services)], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const operations = JSON.parse(stdout) as Readonly<Record<string, readonly string[]>>;
  const named = [...table.matchAll(/\b(ec2|elasticloadbalancing|autoscaling|iam|route53):([A-Z][A-Za-z0-9]+)/g)];
  expect(named.length).toBeGreaterThan(150);
  // iam:PassRole is asked for where a role is handed to a service; no operation has that name.
  const unknown = named.filter(([, service = '', name = '']) => !operations[service]?.includes(name)).map(([action]) => action);
  expect([...new Set(unknown)]).toEqual(['iam:PassRole']);
});
