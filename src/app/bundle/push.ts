import { badOption } from '../../bundle/errors.js';
import { type Pushed, pushDescribed } from '../../bundle/push.js';
import { blobDisk, createWorld } from '../../host/index.js';
import { err, ok, type Result } from '../../model/index.js';
import { pathsOf } from '../site.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { accept, judge, type JudgeOptions } from './verify.js';

/** Which bundle goes where. */
export interface PushOptions extends JudgeOptions {
  /** `host:port`. */
  readonly registry: string;
  readonly signal: AbortSignal;
}

/** Verifies a bundle and sends it to a registry. */
export async function pushBundle(options: PushOptions): Promise<Result<Pushed, Trouble>> {
  if (!/^[A-Za-z0-9.-]+(:[0-9]{1,5})?$/.test(options.registry))
    return err(troubleOf(badOption('REGISTRY', options.registry, 'a host and a port, as 10.77.0.2:5000')));
  const judged = await judge(options);
  if (!judged.ok) return err(troubleOf(judged.error));
  const { described, fingerprint } = judged.value;
  const w = await createWorld({ paths: pathsOf('.', 'bundle'), signal: options.signal, emit: () => undefined });
  const pushed = await pushDescribed(w, blobDisk, described, options.registry);
  if (!pushed.ok) return err(troubleOf(pushed.error));
  if (fingerprint !== undefined) await accept(described.bundle, fingerprint);
  return ok(pushed.value);
}
