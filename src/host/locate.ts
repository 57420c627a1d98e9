import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** Finds an executable in these folders, first one first; an absolute path is only checked. */
export async function findExecutable(tool: string, folders: readonly string[]): Promise<string | undefined> {
  if (isAbsolute(tool)) return (await isExecutable(tool)) ? tool : undefined;
  if (tool === '' || tool.includes('/')) return undefined;
  for (const folder of folders) {
    const path = join(folder, tool);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** PATH's folders, and those of system administration that a plain user's PATH lacks. */
export function searchFolders(path: string): readonly string[] {
  const folders = path.split(':').filter((folder) => isAbsolute(folder));
  return [...new Set([...folders, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'])];
}
