import { join } from 'node:path';
import { listNames, statPath } from '../../host/files.js';

/** Far above any honest folder of manifests, far below what would choke a repository. */
const most = { files: 1000, bytes: 10 * 1024 * 1024 } as const;

interface Seen {
  files: number;
  bytes: number;
  manifests: number;
}

/** Why a folder cannot be taken as an application, as the end of a sentence; looks at every name in it. */
export async function folderProblem(folder: string): Promise<string | undefined> {
  const found = await statPath(folder);
  if (found === undefined) return 'there is nothing of that name';
  if (found.kind !== 'directory') return found.kind === 'link' ? 'it is a link' : 'it is no folder';
  const seen: Seen = { files: 0, bytes: 0, manifests: 0 };
  const problem = await look(folder, seen);
  return problem ?? (seen.manifests === 0 ? 'it holds no YAML file' : undefined);
}

async function look(folder: string, seen: Seen): Promise<string | undefined> {
  for (const name of await listNames(folder)) {
    const path = join(folder, name);
    if (name === '.git') return 'it is a git repository: name its address with --repo, or a folder in it';
    const stat = await statPath(path);
    if (stat?.kind === 'link' || stat?.kind === 'other') return `${path} is no regular file`;
    const problem = stat?.kind === 'directory' ? await look(path, seen) : count(name, stat?.size ?? 0, seen);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function count(name: string, bytes: number, seen: Seen): string | undefined {
  seen.files += 1;
  seen.bytes += bytes;
  if (/\.(ya?ml|json)$/.test(name)) seen.manifests += 1;
  if (seen.files > most.files) return `it holds more than ${most.files} files`;
  return seen.bytes > most.bytes ? `it holds more than ${most.bytes / 1024 / 1024} MiB` : undefined;
}
