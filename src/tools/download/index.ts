import type { Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Fetches a file; the caller verifies its digest before anything looks inside. */
export async function download(w: World, url: string, file: string): Promise<Result<void>> {
  const answer = await w.request({ method: 'GET', url, into: file, deadlineMs: 1_800_000 });
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return err(refused(url, `answered ${answer.value.status}`));
  const size = (await w.stat(file))?.size;
  const promised = answer.value.headers['content-length'];
  // A proxy that unpacks on the way makes the promise meaningless.
  if (promised !== undefined && answer.value.headers['content-encoding'] === undefined && Number(promised) !== size) {
    return err(refused(url, `sent ${size ?? 0} of ${promised} bytes`));
  }
  return ok(undefined);
}

const refused = (url: string, what: string) =>
  failure('network', 'DOWNLOAD-FAILED', `${url} ${what}.`, {
    say: 'Check that this network reaches the address, or put the program on PATH.',
  });
