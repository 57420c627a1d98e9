import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderImport, importDocument } from '../../report/import.js';
import { validate } from '../definition/use-cases.js';
import { importBigBang } from './bigbang.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-import-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const site = `domain: dev.example.mil
flux: { interval: 5m, timeout: 20m, rollback: { cleanupOnFail: true } }
registryCredentials: { registry: registry.example.mil, username: robot, password: CANARY-1 }
sso: { certificateAuthority: { cert: "-----BEGIN CERTIFICATE-----CANARY-2" } }
kyverno: { enabled: false }
kyvernoPolicies: { enabled: false }
gatekeeper: { enabled: true }
monitoring:
  values: { prometheus: { prometheusSpec: { retention: 14d } }, grafana: { adminPassword: CANARY-3 } }
loki:
  values: { upstream: { loki: { storage: { s3: { secretAccessKey: CANARY-4, region: east } } } } }
addons: { gitlab: { enabled: true }, argocd: { enabled: true } }
packages: { mine: { git: { repo: "https://u:CANARY-5@example.mil/a.git" } } }
`;

async function run(text: string, more: object = {}) {
  const file = join(folder, 'values.yaml');
  await writeFile(file, text);
  const out = join(folder, 'out');
  return { out, done: await importBigBang({ files: [file], out, dryRun: false, ...more }) };
}

describe('an import', () => {
  it('writes a definition that is valid, without any secret, and says what became of everything', async () => {
    const { out, done } = await run(site);
    if (!done.ok) throw new Error(JSON.stringify(done.error.diagnostics));
    expect((await validate({ directory: out })).valid).toBe(true);
    const platform = await readFile(join(out, 'platform.yaml'), 'utf8');
    const environment = await readFile(join(out, 'environments', 'imported.yaml'), 'utf8');
    expect(platform).toMatch(/- name: gatekeeper #/);
    expect(platform).not.toMatch(/kyverno/);
    expect(environment).toContain('retention: 14d');
    expect(environment).toContain('timeout: 20m');
    const style = { color: false, unicode: true, columns: 100 };
    const told = [platform, environment, renderImport(done.value, style), JSON.stringify(importDocument(done.value))];
    for (const text of told) expect(text).not.toContain('CANARY');
    expect(done.value.values.filter(({ fate }) => fate === 'secret').map(({ path }) => path)).toEqual([
      'registryCredentials.password',
      'sso.certificateAuthority.cert',
      'monitoring.values.grafana.adminPassword',
      'loki.values.upstream.loki.storage.s3.secretAccessKey',
      'packages.mine.git.repo',
    ]);
    expect(done.value.values.find(({ path }) => path === 'addons.gitlab.enabled')).toMatchObject({
      fate: 'left',
      at: { line: 12 },
    });
  });

  it('leaves out what does not pass the checks, and says so', async () => {
    const { out, done } = await run('flux: { interval: soon, timeout: 20m }\n');
    if (!done.ok) throw new Error(JSON.stringify(done.error.diagnostics));
    expect(done.value.values.map(({ path, fate }) => [path, fate])).toEqual([
      ['flux.interval', 'left'],
      ['flux.timeout', 'carried'],
    ]);
    expect((await validate({ directory: out })).valid).toBe(true);
  });

  it('writes nothing on a dry run, and never over a file', async () => {
    const dry = await run('domain: a\n', { dryRun: true });
    expect(dry.done).toMatchObject({ ok: true, value: { written: false } });
    await expect(readFile(join(dry.out, 'platform.yaml'))).rejects.toThrow();
    await run('domain: a\n');
    expect((await run('domain: a\n')).done).toMatchObject({
      ok: false,
      error: { diagnostics: [{ code: 'IMPORT-WOULD-OVERWRITE' }] },
    });
  });

  it('holds out against values that are too many or too deep', async () => {
    const tower = `${Array.from({ length: 26 }, (_, at) => `${' '.repeat(at + 2)}a:`).join('\n')} 1`;
    const deep = await run(`loki:\n values:\n${tower}\n`, { dryRun: true });
    expect(deep.done).toMatchObject({ ok: true, value: { values: [{ fate: 'left' }] } });
    const many = Array.from({ length: 7500 }, (_, at) => `  k${at}: { a: v${at} }`).join('\n');
    const site = await run(`loki:\n values:\n${many}\n`, { dryRun: true });
    expect(site.done.ok || site.done.error.diagnostics[0]?.code === 'IMPORT-TOO-MUCH').toBe(true);
  });

  it('refuses a missing file and a bad name', async () => {
    const missing = await importBigBang({ files: [join(folder, 'none.yaml')], dryRun: true });
    expect(missing).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'IMPORT-NO-FILE' }] } });
    expect((await run('a: 1\n', { name: '../x' })).done).toMatchObject({
      ok: false,
      error: { diagnostics: [{ code: 'IMPORT-BAD-NAME' }] },
    });
  });
});
