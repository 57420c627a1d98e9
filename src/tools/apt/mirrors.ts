import type { ReadWorld, Result } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Where this machine gets Debian from: base addresses, as its administrator configured them. */
export interface DebianMirrors {
  readonly archive: string;
  /** Absent where the machine has no security updates configured. */
  readonly security?: string;
}

/** Reads them from apt's own configuration, whatever form its source files have; needs package lists. */
export async function debianMirrors(w: ReadWorld): Promise<Result<DebianMirrors>> {
  const args = ['indextargets', '--format', '$(ORIGIN)\t$(LABEL)\t$(REPO_URI)', 'Created-By: Packages'];
  const ran = await w.query({ tool: 'apt-get', args });
  if (!ran.ok) return ran;
  const mirrors = parseTargets(ran.value.stdout);
  return mirrors === undefined ? err(noMirror) : ok(mirrors);
}

/** Picks Debian's own archives out of origin, label and address, tab separated. */
export function parseTargets(text: string): DebianMirrors | undefined {
  const rows = text.split('\n').map((line) => line.split('\t'));
  const uri = (label: string) => rows.find(([origin, is]) => origin === 'Debian' && is === label)?.[2]?.replace(/\/$/, '');
  const archive = uri('Debian');
  const security = uri('Debian-Security');
  if (archive === undefined) return undefined;
  return security === undefined ? { archive } : { archive, security };
}

const noMirror = failure(
  'invalid',
  'APT-NO-DEBIAN',
  "No Debian archive is among this machine's package sources, or their lists were never fetched.",
  { say: 'Fetch the package lists.', command: 'apt-get update' },
  { say: 'On another distribution, name a mirror: `mirror` of the image in platform.yaml.' },
);
