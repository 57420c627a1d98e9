import { ok, type Result, type World } from '../model/index.js';
import { blobFile, readManifest } from '../tools/oci/index.js';
import type { ToolchainReport, ToolReport } from './doctor.js';
import { keyOf, toolDir, toolInputs } from './key.js';
import type { Toolchain } from './pins.js';
import { quarantine } from './scratch.js';
import type { Digest } from '../model/index.js';

/** Sets aside what a thorough examination found damaged, so that it is obtained again. */
export async function discardDamaged(w: World, toolchain: Toolchain, report: ToolchainReport): Promise<Result<void>> {
  for (const one of report.tools.filter(({ state }) => state === 'damaged')) {
    const done = one.kind === 'image' ? await discardImage(w, one) : await discardTool(w, toolchain, one.name);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

async function discardTool(w: World, toolchain: Toolchain, name: string): Promise<Result<void>> {
  const pin = toolchain.tools.get(name);
  if (pin === undefined) return ok(undefined);
  return quarantine(w, toolDir(w.paths.cache, name, keyOf({ name, ...toolInputs(toolchain, pin) })), name);
}

/** Only the blobs whose bytes are wrong: other images share the rest. */
async function discardImage(w: World, report: ToolReport): Promise<Result<void>> {
  const digest = report.version as Digest | undefined;
  const stored = digest === undefined ? undefined : await readManifest(w, digest);
  if (digest === undefined || stored === undefined) return ok(undefined);
  if (!stored.ok) return quarantine(w, blobFile(w.paths.cache, digest), report.name);
  for (const part of [stored.value.manifest.config, ...stored.value.manifest.layers]) {
    const file = blobFile(w.paths.cache, part.digest);
    if ((await w.digest(file)) === part.digest) continue;
    const moved = await quarantine(w, file, `${report.name}-blob`);
    if (!moved.ok) return moved;
  }
  return ok(undefined);
}
