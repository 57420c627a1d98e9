import { err, ok, type Result, type Spec } from '../model/index.js';
import { load } from './definition/use-cases.js';
import { openSite, type Site } from './site.js';
import { type Trouble, troubleOf, troubleWith } from './trouble.js';

/** Which environment of which platform. */
export interface PlatformRequest {
  readonly directory: string;
  readonly environment?: string | undefined;
}

/** A definition that passed its checks, with its site. */
export interface Opened {
  readonly site: Site;
  readonly spec: Spec;
  readonly sources: ReadonlyMap<string, string>;
}

/** Loads, checks, and opens. */
export async function openPlatform(request: PlatformRequest): Promise<Result<Opened, Trouble>> {
  const loaded = await load(request);
  if (!loaded.ok) return err(troubleWith(loaded.error));
  const { directory, spec, sources } = loaded.value;
  const site = await openSite(directory, spec.environment);
  return site.ok ? ok({ site: site.value, spec, sources }) : err(troubleOf(site.error));
}
