// Rehearsals with the real control plane and the real controllers: no root, no machine, no network.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { proves } from '../../src/testkit/index.js';
import { parse, stringify } from 'yaml';
import type { RehearsalReport } from '../../src/model/index.js';
import { eventually, exampleCopy, startStrata, strata } from './strata.js';

const here = dirname(fileURLToPath(import.meta.url));
const faults = join(here, '..', 'rehearsal', 'faults');
const scratch = mkdtempSync(join(tmpdir(), 'strata-rehearsal-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Processes whose command line names a folder. */
const processesIn = (folder: string): readonly string[] =>
  spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(folder) && !line.includes('vitest'));

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly where?: { readonly file: string; readonly line: number };
}

describe('a rehearsal', () => {
  const directory = exampleCopy();
  afterAll(() => rmSync(dirname(directory), { recursive: true, force: true }));

  test('of the local example passes, with its own controllers running', async () => {
    const cold = await strata('rehearse', directory, '--cold', '-o', 'json');
    expect(cold.code, cold.stdout).toBe(0);
    const report = JSON.parse(cold.stdout);
    expect(report).toMatchObject({ verdict: 'pass', warm: false });
    const real = report.packages.filter((one: { part: string }) => one.part === 'real');
    expect(real.map((one: { name: string }) => one.name).sort()).toEqual(['flux', 'gatekeeper', 'prometheus-operator']);
    for (const one of report.packages) expect(one).toMatchObject({ verdict: 'ready', applied: one.objects });
    for (const provider of ['services/flux', 'applications/argocd'] as const)
      proves({ provider, level: 'simulator', what: 'rehearsed' });
    expect(processesIn(directory)).toEqual([]);
    expect(readdirSync(join(directory, '.strata', 'local'))).not.toContain('rehearsal');
  });

  test('a kept control plane is up within seconds', async () => {
    await strata('rehearse', directory, '-o', 'json');
    const warm = await strata('rehearse', directory, '-o', 'json');
    const report = JSON.parse(warm.stdout);
    expect(report).toMatchObject({ verdict: 'pass', warm: true });
    const phase = report.phases.find((one: { name: string }) => one.name === 'control plane');
    console.log(`warm: ${report.totalMs} ms, control plane ${phase.endMs - phase.startMs} ms`);
  });

  test('killed at once, it leaves no process', async () => {
    const { child, finished } = startStrata(['rehearse', directory]);
    await eventually(60, 'the API server runs', () =>
      processesIn(directory).some((line) => line.includes('kube-apiserver')) ? true : undefined,
    );
    child.kill('SIGKILL');
    await finished;
    await eventually(10, 'everything is gone', () => (processesIn(directory).length === 0 ? true : undefined));
  });
});

describe('packages that come as Helm releases', () => {
  const directory = join(scratch, 'released');
  cpSync(join(here, '..', 'rehearsal', 'helm'), directory, { recursive: true, filter: (path) => !path.includes('.strata') });

  test('pass, in the order their objects impose, and say what did not run', async () => {
    const ran = await strata('rehearse', directory, '-o', 'json');
    expect(ran.code, ran.stdout).toBe(0);
    const report: RehearsalReport = JSON.parse(ran.stdout);
    expect(report.packages.map(({ name, after }) => [name, after])).toEqual([
      ['flux', []],
      ['ground', []],
      ['house', ['ground']],
      ['sign', ['ground', 'house']],
    ]);
    for (const one of report.packages) expect(one).toMatchObject({ verdict: 'ready', applied: one.objects });
    const [ground, house] = ['ground', 'house'].map((name) => report.packages.find((one) => one.name === name));
    expect(house?.startedMs).toBeGreaterThanOrEqual(ground?.readyMs ?? Number.NaN);
    const claims = report.checks.filter(({ verdict }) => verdict === 'not-checked').map(({ claim }) => claim);
    expect(claims.filter((claim) => claim.includes('helm-controller did not run'))).toHaveLength(1);
    expect(report.problems.map(({ code }) => code)).toEqual(['PACKAGE-RENDERED-INSTEAD']);
    expect(ran.stdout).not.toContain('never shown');
    expect(processesIn(directory)).toEqual([]);
  });

  test('are rendered, explained and planned as others are', async () => {
    const explained = await strata('explain', 'values', 'house', 'password', directory, '-o', 'json');
    expect(explained.code, explained.stderr).toBe(0);
    expect(explained.stdout).toContain('Secret house/door');
    const planned = await strata('plan', directory, '-o', 'json');
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toContain('services/core/charts');
  });
});

describe('a planted fault is found and named', () => {
  test.each(readdirSync(faults))('%s', async (name) => {
    const { expect: expected, ...fault } = parse(readFileSync(join(faults, name, 'fault.yaml'), 'utf8'));
    const directory = plant(name, fault);
    const ran = await strata('rehearse', directory, '-o', 'json');
    const report: { verdict: string; problems: readonly Problem[] } = JSON.parse(ran.stdout);
    for (const { code, file, at, severity } of expected) {
      const found = report.problems.filter((one) => one.code === code);
      expect(
        found.map((one) => one.code),
        JSON.stringify(report.problems, null, 1),
      ).toContain(code);
      if (file === undefined) continue;
      const lines = readFileSync(join(directory, file), 'utf8').split('\n');
      const places = found.map((one) => one.where?.file.endsWith(file) === true && lines[(one.where?.line ?? 0) - 1]);
      expect(places).toContain(at);
      expect(ran.code).toBe(severity === 'warning' ? 0 : 1);
    }
    expect(processesIn(directory)).toEqual([]);
  });
});

/** Packages by name, or whole entries; what else the services say. */
interface Fault {
  readonly packages: readonly (string | { readonly name: string })[];
  readonly delivery?: string;
}

/** A definition of three small machines with the packages of a fault. */
function plant(name: string, { packages, ...rest }: Fault): string {
  const directory = join(scratch, name);
  cpSync(join(faults, name), directory, { recursive: true });
  const platform = {
    apiVersion: 'strata.dev/v1alpha1',
    kind: 'Platform',
    metadata: { name: 'planted' },
    spec: {
      image: [{ name: 'node', use: 'packer', with: { os: 'debian-12' } }],
      infrastructure: [{ name: 'machines', use: 'nspawn', with: { machines: { cpus: 4, memory: '8Gi' } } }],
      kubernetes: [{ name: 'cluster', use: 'kubeadm', with: { version: 'v1.37.2' } }],
      services: [
        {
          name: 'core',
          use: 'flux',
          with: { ...rest, packages: packages.map((one) => (typeof one === 'string' ? { name: one } : one)) },
        },
      ],
    },
  };
  mkdirSync(join(directory, 'environments'), { recursive: true });
  writeFileSync(join(directory, 'platform.yaml'), stringify(platform));
  const environment = { apiVersion: 'strata.dev/v1alpha1', kind: 'Environment', metadata: { name: 'local' }, spec: {} };
  writeFileSync(join(directory, 'environments', 'local.yaml'), stringify(environment));
  return directory;
}
