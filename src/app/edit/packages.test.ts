import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AddRequest, addPackage } from './add-package.js';
import { listPackages } from './list-packages.js';
import { removePackage } from './remove-package.js';
import { movePins, upgradePackages } from './upgrade-package.js';

const example = fileURLToPath(new URL('../../../examples/local', import.meta.url));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-edit-'));
  await cp(example, folder, { recursive: true });
  await own('base', '{ provides: [ground], source: { chart: { folder: chart } } }');
  await own('plain', '{ values: { size: { default: 1 } } }');
  await own('house', '{ requires: [ground, cluster-thing], sizes: { small: {} } }');
  await own('left', '{ provides: [side] }');
  await own('right', '{ provides: [side] }');
  await own('both', '{ requires: [side] }');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A package of the user's own. */
async function own(name: string, spec: string): Promise<void> {
  await mkdir(join(folder, 'packages', name), { recursive: true });
  const text = `apiVersion: strata.dev/v1alpha1\nkind: Package\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
  await writeFile(join(folder, 'packages', name, 'package.yaml'), text);
}

const read = (file = 'platform.yaml'): Promise<string> => readFile(join(folder, file), 'utf8');
const add = (name: string, more: Partial<AddRequest> = {}) =>
  addPackage({ directory: folder, name, settings: [], withRequirements: false, dryRun: false, ...more });
const remove = (name: string, environment?: string) => removePackage({ directory: folder, name, environment, dryRun: false });
const code = (code_: string) => ({ ok: false, error: { diagnostics: [expect.objectContaining({ code: code_ })] } });
const linesOf = (before: string, after: string) => {
  const old = before.split('\n');
  return after.split('\n').filter((line) => !old.includes(line));
};

describe('adding a package', () => {
  it('adds its lines and touches nothing else', async () => {
    const before = await read();
    expect(await add('base', { settings: ['retention=24h', 'on=true'] })).toMatchObject({
      ok: true,
      value: { added: ['base'], written: true },
    });
    const after = await read();
    const lines = ['          - name: base', '            values:', '              retention: 24h', '              on: true'];
    expect(linesOf(before, after)).toEqual(lines);
    expect(after.replace(`${lines.join('\n')}\n`, '')).toBe(before);
  });

  it('is refused where it is there already, unknown, or would make the definition invalid; the file stays', async () => {
    const before = await read();
    expect(await add('monitoring')).toMatchObject(code('EDIT-ALREADY-THERE'));
    expect(await add('monitorin')).toMatchObject(code('EDIT-PACKAGE-UNKNOWN'));
    expect(await add('plain', { settings: ['sise=2'] })).toMatchObject(code('EDIT-VALUE-UNKNOWN'));
    expect(await add('base', { settings: ['a'] })).toMatchObject(code('EDIT-SETTING-INVALID'));
    expect(await add('base', { settings: ['a=1', 'a.b=2'] })).toMatchObject(code('EDIT-SETTING-INVALID'));
    expect(await add('house', { size: 'huge' })).toMatchObject(code('EDIT-SIZE-UNKNOWN'));
    expect(await add('base', { environment: 'nowhere' })).toMatchObject(code('SPEC-NO-SUCH-ENVIRONMENT'));
    expect(await add('base', { component: 'other' })).toMatchObject(code('EDIT-NO-PLACE'));
    expect(await read()).toBe(before);
  });

  it('names what it requires, and adds that too where asked', async () => {
    const refused = await add('house');
    expect(refused).toMatchObject(code('EDIT-REQUIREMENT-UNMET'));
    const done = await add('house', { withRequirements: true });
    expect(done).toMatchObject({
      ok: true,
      value: { added: ['base', 'house'], notes: [{ code: 'EDIT-REQUIREMENT-UNKNOWN', severity: 'warning' }] },
    });
    expect(await add('both', { withRequirements: true })).toMatchObject(code('EDIT-REQUIREMENT-UNMET'));
    await add('left');
    expect(await add('both')).toMatchObject({ ok: true });
  });

  it('warns of a value that looks like a secret', async () => {
    expect(await add('base', { settings: ['adminPassword=hunter2'] })).toMatchObject({
      ok: true,
      value: { notes: [{ code: 'EDIT-SETTING-SECRET', severity: 'warning', message: expect.not.stringContaining('hunter2') }] },
    });
  });

  it('in one environment writes there alone', async () => {
    const before = await read();
    expect(await add('base', { environment: 'local' })).toMatchObject({ ok: true });
    expect(await read()).toBe(before);
    const text = await read('environments/local.yaml');
    expect(text).toContain('spec:\n  services:\n    - name: core\n      with:\n        packages:\n          - name: base\n');
    const listed = await listPackages({ directory: folder });
    expect(listed).toMatchObject({ ok: true });
    if (listed.ok)
      expect(listed.value.packages.find(({ name }) => name === 'base')).toMatchObject({ chosen: ['local'], origin: 'own' });
    expect(await add('monitoring', { environment: 'local' })).toMatchObject(code('EDIT-ALREADY-THERE'));
  });

  it('keeps the defaults of a list that nobody wrote', async () => {
    const file = join(folder, 'platform.yaml');
    await writeFile(file, (await read()).replace(/ {6}with:\n {8}packages:\n(?: {10}- .*\n)+/, ''));
    expect(await add('base')).toMatchObject({ ok: true });
    expect((await read()).match(/^ {10}- name: .*$/gm)?.map((line) => line.trim().slice(8))).toEqual([
      ...['gatekeeper', 'policies', 'node-exporter', 'prometheus-operator', 'monitoring', 'base'],
    ]);
  });

  it('writes nothing on a dry run, over a link, or into an invalid definition', async () => {
    const before = await read();
    expect(await add('base', { dryRun: true })).toMatchObject({
      ok: true,
      value: { written: false, changes: [{ added: ['          - name: base'] }] },
    });
    expect(await read()).toBe(before);
    await rm(join(folder, 'platform.yaml'));
    await writeFile(join(folder, 'elsewhere.yaml'), before);
    await symlink('elsewhere.yaml', join(folder, 'platform.yaml'));
    expect(await add('base')).toMatchObject(code('EDIT-NOT-WRITTEN'));
    await rm(join(folder, 'platform.yaml'));
    await writeFile(join(folder, 'platform.yaml'), before.replace('kind: Platform', 'kind: Plattform'));
    expect(await add('base')).toMatchObject(code('SPEC-BAD-KIND'));
  });

  it.each([
    ['an alias bomb', 'a: &a [1,1]\nb: [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n'],
    ['no YAML', 'spec: [\n'],
    ['another type', '- a list\n'],
  ])('%s is refused with its findings', async (_, text) => {
    await writeFile(join(folder, 'platform.yaml'), text);
    expect(await add('base')).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(await read()).toBe(text);
  });

  it('a list behind an alias is left for a hand', async () => {
    const shared =
      '\n      with:\n        packages: &chosen\n          - name: left\n    - name: more\n      use: flux\n      with:\n        packages: *chosen\n';
    const text = (await read()).replace(/\n {6}with:\n {8}packages:\n(?: {10}- .*\n)+/, shared);
    await writeFile(join(folder, 'platform.yaml'), text);
    expect(await add('base', { component: 'more' })).toMatchObject(code('EDIT-NOT-POSSIBLE'));
    expect(await add('base')).toMatchObject(code('EDIT-NO-PLACE'));
    expect(await read()).toBe(text);
  });
});

describe('removing a package', () => {
  it('takes its lines and nothing else, and what environments say of it', async () => {
    const before = await read();
    await add('base');
    expect(await remove('base')).toMatchObject({ ok: true, value: { removed: ['base'] } });
    expect(await read()).toBe(before);
  });

  it('is refused where others require it, or where it is not there', async () => {
    expect(await remove('gatekeeper')).toMatchObject(code('EDIT-STILL-REQUIRED'));
    expect(await remove('base')).toMatchObject(code('EDIT-NOT-THERE'));
  });

  it('in one environment takes it away there alone', async () => {
    expect(await remove('monitoring', 'local')).toMatchObject({ ok: true });
    expect(await read('environments/local.yaml')).toContain('- name: monitoring\n            $patch: delete\n');
    expect(await remove('monitoring')).toMatchObject({ ok: true });
    expect(await read('environments/local.yaml')).not.toContain('monitoring');
    expect(await read()).not.toContain('monitoring');
  });
});

describe('upgrading', () => {
  const mine =
    'spec:\n  version: 1.0.0 # mine\n  source:\n    chart: { oci: "oci://a/b", version: "1.0.0", digest: sha256:aa }\n';
  it('moves version and digest together', () => {
    const theirs = 'spec:\n  version: 2.0.0\n  source:\n    chart: { oci: "oci://a/b", version: 2.0.0, digest: sha256:bb }\n';
    expect(movePins('x', mine, theirs)).toMatchObject({
      ok: true,
      value: {
        text: 'spec:\n  version: 2.0.0 # mine\n  source:\n    chart: { oci: "oci://a/b", version: "2.0.0", digest: sha256:bb }\n',
        moves: [
          { pin: 'spec.version', from: '1.0.0', to: '2.0.0' },
          { pin: 'spec.source.chart.version' },
          { pin: 'spec.source.chart.digest' },
        ],
      },
    });
    expect(movePins('x', theirs, theirs)).toMatchObject({ ok: true, value: { moves: [] } });
  });
  it('moves nothing where the digest is not known', () => {
    const theirs = 'spec:\n  version: 2.0.0\n  source: { chart: { module: x } }\n';
    expect(movePins('x', mine, theirs)).toMatchObject({ ok: false, error: { code: 'EDIT-PIN-WITHOUT-MATCH' } });
  });
  it('edits the user’s own file, and says where there is nothing to move', async () => {
    await own('cert-manager', '{ version: v0.0.1 }');
    expect(await upgradePackages({ directory: folder, name: 'cert-manager', dryRun: false })).toMatchObject({
      ok: true,
      value: { moves: [{ package: 'cert-manager', pin: 'spec.version', from: 'v0.0.1' }] },
    });
    expect(await read('packages/cert-manager/package.yaml')).not.toContain('v0.0.1');
    expect(await upgradePackages({ directory: folder, name: 'monitoring', dryRun: false })).toMatchObject({
      ok: true,
      value: { moves: [], notes: [{ code: 'EDIT-NOTHING-PINNED' }] },
    });
    expect(await upgradePackages({ directory: folder, name: 'base', dryRun: false })).toMatchObject({
      ok: true,
      value: { notes: [{ code: 'EDIT-NOT-IN-CATALOG' }] },
    });
    expect(await upgradePackages({ directory: folder, name: 'nothing-like-it', dryRun: false })).toMatchObject(
      code('EDIT-PACKAGE-UNKNOWN'),
    );
  });
});
