import type { HttpResponse, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Fetches a file; the caller verifies its digest before anything looks inside. */
export async function download(w: World, url: string, file: string): Promise<Result<void>> {
  let at = url;
  // Official downloads often point on to a mirror; more than a few hops are a loop.
  for (let hop = 0; hop < 5; hop++) {
    const answer = await w.request({ method: 'GET', url: at, into: file, deadlineMs: 1_800_000 });
    if (!answer.ok) return answer;
    const next = redirectOf(at, answer.value);
    if (next === undefined) return judge(w, at, file, answer.value);
    // Plain HTTP after HTTPS would let anyone on the way choose the bytes.
    if (at.startsWith('https:') && !next.startsWith('https:'))
      return err(refused(at, `points on to ${next}, which is not encrypted`));
    at = next;
  }
  return err(refused(url, 'points on without end'));
}

function redirectOf(at: string, answer: HttpResponse): string | undefined {
  const { location } = answer.headers;
  return answer.status >= 300 && answer.status < 400 && location !== undefined && URL.canParse(location, at)
    ? new URL(location, at).href
    : undefined;
}

async function judge(w: World, url: string, file: string, answer: HttpResponse): Promise<Result<void>> {
  if (answer.status !== 200) return err(refused(url, `answered ${answer.status}`));
  const size = (await w.stat(file))?.size;
  const promised = answer.headers['content-length'];
  return promised === undefined || Number(promised) === size
    ? ok(undefined)
    : err(refused(url, `sent ${size ?? 0} of ${promised} bytes`));
}

const refused = (url: string, what: string) =>
  failure('network', 'DOWNLOAD-FAILED', `${url} ${what}.`, {
    say: 'Check that this network reaches the address, or put the program on PATH.',
  });
