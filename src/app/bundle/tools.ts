import { join } from 'node:path';
import type { FileInput, SetInput } from '../../bundle/create.js';
import { ok, type Result } from '../../model/index.js';
import { type CarriedTool, carriedTool, systemPackages } from '../../toolchain/carry.js';
import { ownWorld } from '../held.js';
import { quietReader, type Site } from '../site.js';
import type { Part } from './part.js';
import { type SystemProgram, systemList } from './system.js';
import { fileInput, packageOf } from './sets.js';

/** Executables and data of the toolchain; what belongs to the system goes along as its packages. */
export async function toolSets(site: Site, names: readonly string[]): Promise<Result<Part>> {
  const sets: SetInput[] = [];
  const missing: string[] = [];
  const packages = new Set<string>();
  const programs: SystemProgram[] = [];
  for (const name of names) {
    const tool = await carriedTool(site.toolchain, site.paths.cache, name, quietReader(site.host));
    if (!tool.ok) {
      missing.push(`tool ${name}: ${tool.error.diagnostic.message}`);
      continue;
    }
    if (tool.value.from === 'system') {
      packages.add(tool.value.package);
      programs.push({ name, version: tool.value.version, package: tool.value.package });
      continue;
    }
    const set = await cachedSet(site, name, tool.value);
    if (!set.ok) return set;
    sets.push(set.value);
  }
  const system = await systemSet(site, [...packages].sort());
  const list: SetInput = {
    kind: 'data',
    name: systemList.item,
    files: [{ path: systemList.path, from: { text: `${JSON.stringify({ programs }, null, 1)}\n` } }],
  };
  return ok({ sets: [...sets, ...system.sets, list], missing: [...missing, ...system.missing] });
}

async function cachedSet(site: Site, name: string, tool: Extract<CarriedTool, { from: 'cache' }>): Promise<Result<SetInput>> {
  const { folder, files, version, data } = tool;
  const inputs: FileInput[] = [];
  for (const file of files) {
    const look = data || file === 'receipt.json' ? undefined : 'program';
    const input = await fileInput(site, join(site.paths.cache, folder, file), `${folder}/${file}`, look);
    if (!input.ok) return input;
    inputs.push(input.value);
  }
  return ok({ kind: data ? 'data' : 'tool', name, version, files: inputs });
}

async function systemSet(site: Site, packages: readonly string[]): Promise<Part> {
  if (packages.length === 0) return { sets: [], missing: [] };
  const fetched = await systemPackages(ownWorld(site), packages);
  if (!fetched.ok)
    return { sets: [], missing: packages.map((name) => `os-package ${name}: ${fetched.error.diagnostic.message}`) };
  const files: FileInput[] = [];
  const missing: string[] = [];
  for (const file of fetched.value.files) {
    const path = join(fetched.value.folder, file);
    const input = await fileInput(site, join(site.paths.cache, path), path);
    if (input.ok) files.push({ ...input.value, is: packageOf(file) });
    else missing.push(`os-package ${file}: ${input.error.diagnostic.message}`);
  }
  return { sets: [{ kind: 'os-package', name: 'this-machine', files }], missing };
}
