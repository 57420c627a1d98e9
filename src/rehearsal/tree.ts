import { join } from 'node:path';
import { type Listener, serveFile } from '../host/index.js';
import { err, failure, ok, type Result, type ServedTree, type World } from '../model/index.js';
import { createTarGz } from '../tools/tar/index.js';

/** A tree that can be fetched until the listener is closed. */
export interface ServedFiles {
  readonly tree: ServedTree;
  readonly listener: Listener;
}

/** Packs files as they are published for a real cluster, and serves the archive on loopback. */
export async function serveFiles(folder: string, files: ReadonlyMap<string, string>, w: World): Promise<Result<ServedFiles>> {
  const root = join(folder, 'tree');
  const archive = join(folder, 'tree.tar.gz');
  const made = await w.makeDirectory(root);
  if (!made.ok) return made;
  for (const [path, text] of files) {
    const written = await w.write(join(root, path), text);
    if (!written.ok) return written;
  }
  const digest = await createTarGz(w, root, archive);
  if (!digest.ok) return digest;
  const stat = await w.stat(archive);
  if (stat === undefined) {
    return err(
      failure('bug', 'REHEARSAL-TREE-MISSING', 'The archive of the rendered tree is not where it was made.', {
        say: 'Rehearse again; report it where it happens again.',
      }),
    );
  }
  const listener = await serveFile(archive);
  const url = `http://127.0.0.1:${listener.port}/tree.tar.gz`;
  return ok({ listener, tree: { url, digest: digest.value, size: stat.size, revision: `rehearsal@${digest.value}` } });
}
