import { err, ok, type Result } from '../../model/index.js';
import { probeVersion } from '../probe.js';
import { fits } from '../versions.js';
import type { Made, Obtaining, Refusal } from './attempt.js';

/** Takes what PATH has, where its version will do. */
export async function fromPath(o: Obtaining, range: string): Promise<Result<Made, Refusal>> {
  const main = await o.w.locate(o.pin.name);
  if (main === undefined) return err({ why: 'not on PATH' });
  if (o.pin.probe === undefined) return ok({ source: 'PATH', main, version: 'unknown' });
  const version = await probeVersion(o.w, o.pin, main);
  if (version === undefined) return err({ why: `${main} does not tell its version` });
  return fits(version, range) ? ok({ source: 'PATH', main, version }) : err({ why: `${main} is ${version}, wanted ${range}` });
}
