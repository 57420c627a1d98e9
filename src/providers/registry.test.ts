import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layers } from '../model/index.js';
import { providers } from './registry.js';

const here = import.meta.dirname;
const folders = (path: string): readonly string[] => readdirSync(path).filter((name) => statSync(join(path, name)).isDirectory());

describe('the registry', () => {
  it('holds exactly the providers that lie on disk, each under its own id and layer', () => {
    const onDisk = layers.flatMap((layer) =>
      existsSync(join(here, layer)) ? folders(join(here, layer)).map((id) => `${layer}/${id}`) : [],
    );
    expect(providers.map(({ layer, id }) => `${layer}/${id}`).sort()).toEqual([...onDisk].sort());
  });

  it.each(providers.map(({ layer, id }) => `${layer}/${id}`))(
    '%s has an index, a spec, a readme and a contract test',
    (folder) => {
      for (const file of ['index.ts', 'spec.ts', 'readme.md']) expect(existsSync(join(here, folder, file)), file).toBe(true);
      expect(readdirSync(join(here, folder)).some((name) => /contract.*\.test\.ts$/.test(name))).toBe(true);
    },
  );

  // A core that asks which product it has is a core that must be edited for each new one.
  it('is the only place outside the providers that knows an id', () => {
    const ids = new RegExp(`['"\`](${providers.map(({ id }) => id).join('|')})['"\`]`);
    const leaks = [
      'model',
      'engine',
      'toolchain',
      'report',
      'host',
      'app',
      'cli',
      'packages',
      'rehearsal',
      'terraform',
      'bundle',
      'prerequisites',
      'preflight',
    ].flatMap((folder) => sources(join(here, '..', folder)).filter((file) => ids.test(readFileSync(file, 'utf8'))));
    expect(leaks).toEqual([]);
  });
});

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}
