import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { type SampleFiles, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { packer } from './index.js';
import { PackerSpec } from './spec.js';
import { targetPlan, templatesOf } from './plan-target.js';
import { samplesOfTargets } from './target-samples.js';
import type { TargetPlan } from './targets/index.js';

const catalog = resolve(import.meta.dirname, '../../../../catalog');

/** The real catalog's folders that an image reads. */
const files: SampleFiles = Object.fromEntries(
  ['image', 'hardening'].flatMap((folder) =>
    readdirSync(join(catalog, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`catalog:${path.slice(catalog.length + 1)}`, readFileSync(path, 'utf8')]),
  ),
);

const specOf = (given: unknown): PackerSpec => {
  const spec: unknown = Value.Default(PackerSpec, structuredClone(given));
  if (!Value.Check(PackerSpec, spec)) throw new Error(JSON.stringify([...Value.Errors(PackerSpec, spec)]));
  return spec;
};
const targetOf = (given: unknown): TargetPlan => {
  const target = targetPlan(specOf(given), sampleKit('image', files));
  if (target === undefined) throw new Error('a root file system');
  return target;
};

const systems = ['ubuntu-22.04', 'rhel-9'] as const;

test.each(Object.entries(samplesOfTargets).flatMap(([target, given]) => systems.map((os) => [target, os, given] as const)))(
  '%s of %s',
  async (target, os, given) => {
    await expect(`${JSON.stringify(targetOf({ ...given, os }), null, 2)}\n`).toMatchFileSnapshot(`cases/${target}-${os}.json`);
  },
);

test.each(['goss', 'inspec'] as const)('one list of provisioners for all targets, with %s last', async (runner) => {
  const builds = Object.values(samplesOfTargets).map((given) => {
    const target = targetOf({ ...given, os: 'rhel-9' });
    const templates = templatesOf(sampleKit('image', files), target, runner);
    return templates['build.pkr.hcl']?.replace(`source.${target.builder}.machine`, 'source.BUILDER.machine');
  });
  expect(new Set(builds).size).toBe(1);
  await expect(builds[0]).toMatchFileSnapshot(`cases/build-${runner}.pkr.hcl`);
});

test('only newer Packer is given the block that 1.6 does not know', () => {
  for (const given of Object.values(samplesOfTargets)) {
    const target = targetOf({ ...given, os: 'rhel-9' });
    const kit = sampleKit('image', files);
    expect(Object.keys(templatesOf(kit, target, 'goss'))).not.toContain('plugins.pkr.hcl');
    const modern = templatesOf(kit, target, 'goss', 'modern')['plugins.pkr.hcl'] ?? '';
    expect(modern).toContain('required_plugins');
  }
});

test('published as the kind that infrastructure takes, with its operating system', () => {
  const published = Object.values(samplesOfTargets).map((given) => {
    const spec = specOf({ ...given, os: 'rhel-9' });
    const { publishes } = packer.plan(spec, sampleGiven('image'), sampleKit('image', files));
    expect(packer.offers?.(spec)).toMatchObject({ 'image.os': ['rhel-9'] });
    expect(publishes.images).toMatchObject([{ os: 'rhel-9', format: packer.offers?.(spec)?.['image.format']?.[0] }]);
    return packer.offers?.(spec)?.['image.format'];
  });
  expect(published.flat()).toEqual(['qcow2', 'ami', 'azure-image', 'vsphere-template', 'vsphere-template']);
});

test('the root file system is published with every disk file made from it', () => {
  const spec = specOf({ exports: ['qcow2', 'ova'] });
  const { publishes, steps } = packer.plan(spec, sampleGiven('image'), sampleKit('image', files));
  expect(publishes.images).toMatchObject([
    { format: 'rootfs' },
    { format: 'qcow2', location: { $path: 'files.qcow2.path' } },
    { format: 'ova', location: { $path: 'files.ova.path' } },
  ]);
  expect(steps.map(({ id }) => id)).toContain('image/sample/export');
  expect(packer.offers?.(spec)).toMatchObject({ 'image.format': ['rootfs', 'qcow2', 'ova'] });
});

test.each([
  [{ os: 'debian-12', fips: true }, /FIPS mode is not to be had on Debian 12: no cryptographic module/],
  [{ os: 'ubuntu-24.04', fips: true, ...samplesOfTargets.aws }, /subscription token/],
  [{ os: 'rhel-9' }, /root filesystem is put together from Debian/],
])('%o is refused with the reason', (given, reason) => {
  const spec = specOf(given);
  const own = packer.offers?.(spec) ?? {};
  const broken = (packer.needs?.(spec) ?? []).filter(({ key, oneOf }) => !own[key]?.some((value) => oneOf.includes(value)));
  expect(broken.map(({ because }) => because).join()).toMatch(reason);
});

test.each([
  [{ os: 'ubuntu-24.04', profile: 'stig', ...samplesOfTargets.aws }],
  [{ os: 'debian-12', profile: 'pci-dss' }],
  [{ target: 'aws' }],
  [{ target: 'vsphere-iso', vsphereClone: samplesOfTargets['vsphere-clone'].vsphereClone }],
])('%o does not fit the schema', (given) => {
  expect(() => specOf(given)).toThrow();
});

test('FIPS where there is such a mode', () => {
  const spec = specOf({ os: 'rhel-8', fips: true, ...samplesOfTargets.azure });
  const own = packer.offers?.(spec) ?? {};
  expect((packer.needs?.(spec) ?? []).every(({ key, oneOf }) => own[key]?.some((value) => oneOf.includes(value)))).toBe(true);
  const { steps } = packer.plan(spec, sampleGiven('image'), sampleKit('image', files));
  expect(steps.find(({ id }) => id.endsWith('/image'))?.inputs).toMatchObject({ fips: 'on' });
});
