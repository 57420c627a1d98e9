// Real Terraform with the real libvirt provider where no libvirt is: the module is whole, and what is missing is told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, expect, test } from 'vitest';
import { openSite, quietReader } from '../../src/app/site.js';
import { freePorts } from '../../src/host/index.js';
import type { Result } from '../../src/model/index.js';
import { terraformLibvirt } from '../../src/providers/infrastructure/terraform-libvirt/index.js';
import { LibvirtSpec } from '../../src/providers/infrastructure/terraform-libvirt/spec.js';
import { terraformOf } from '../../src/terraform/index.js';
import { anyDigest, memoryJournal, proves, runOnce, sampleGiven, sampleKit } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';
import { terraformValidate } from '../../src/tools/terraform/index.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-libvirt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};

test('the module is valid for the real provider, and a libvirt that does not answer is told as that', async () => {
  const site = value(await openSite(folder, 'e2e'));
  const tools = ['terraform', 'terraform-provider-libvirt', 'ssh-keygen'];
  const obtained = await runOnce({
    steps: planToolchain(site.toolchain, { tools, images: [] }),
    worlds: site.host,
    journal: memoryJournal(),
  });
  expect(obtained.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  const disk = join(folder, 'node.qcow2');
  writeFileSync(disk, 'no disk: it is never read');
  const [port] = await freePorts(1);
  const spec = Value.Default(LibvirtSpec, {
    host: { uri: `qemu+tcp://127.0.0.1:${port}/system` },
    plugins: { built: true },
    support: { registry: '10.30.0.1:5000', git: 'git://10.30.0.1' },
    subnet: { cidr: '10.30.0.0/24', gateway: '10.30.0.1', nameservers: ['10.30.0.1'] },
  }) as LibvirtSpec; // checked on the next line
  expect([...Value.Errors(LibvirtSpec, spec)]).toEqual([]);
  const kit = sampleKit('infrastructure');
  const image = { name: 'node', format: 'qcow2', location: disk, digest: anyDigest, os: 'debian-12', versions: {} } as const;
  const { steps } = terraformLibvirt.plan(spec, { ...sampleGiven('infrastructure'), image: { images: [image] } }, kit);
  const all = [...kit.toolchain(), ...steps.filter(({ id }) => !id.includes('/machine/'))];
  const { run } = await runOnce({ steps: all, worlds: site.host, journal: memoryJournal() });
  expect(run.ok && run.value.failures.map(({ failure }) => failure.diagnostic.code)).toEqual(['TERRAFORM-NETWORK']);
  const tf = terraformOf(site.paths.state, { bin: 'terraform', name: 'sample', variables: {}, secrets: {}, env: {} });
  expect(value(await terraformValidate(quietReader(site.host), tf))).toMatchObject({ valid: true });
  proves({
    provider: 'infrastructure/terraform-libvirt',
    level: 'rendered',
    what: 'the module is valid for the real provider 0.8.3',
  });
}, 600_000);
