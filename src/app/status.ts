import { lockHolder, type LockHolder } from '../host/index.js';
import { err, ok, type Result, type RunState } from '../model/index.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import { readHistory } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';

/** What the journal says of an environment, and who works on it now. */
export interface Status {
  readonly platform: string;
  readonly environment: string;
  readonly state: RunState;
  readonly holder?: LockHolder;
}

/** Reads; takes no lock and observes nothing. */
export async function status(request: PlatformRequest): Promise<Result<Status, Trouble>> {
  const opened = await openPlatform(request);
  if (!opened.ok) return opened;
  const { site, spec } = opened.value;
  const told = await readHistory(site);
  if (!told.ok) return err(troubleOf(told.error));
  const holder = await lockHolder(site.lockPath);
  return ok({ platform: spec.platform, environment: spec.environment, state: told.value.state, ...(holder && { holder }) });
}
