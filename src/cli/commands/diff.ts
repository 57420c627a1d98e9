import { diff, type DiffOptions, type DiffResult } from '../../app/diff.js';
import type { RunWatch } from '../../app/held.js';
import type { Trouble } from '../../app/trouble.js';
import type { Result } from '../../model/index.js';
import { renderDiff } from '../../report/diff.js';
import { type Call, complain, print } from '../call.js';

/** As kubectl's: nothing differs, something does, it could not be told. */
const codes = { same: 0, different: 1, trouble: 2 } as const;

/** `strata diff`. */
export const run = (call: Call): Promise<number> => compare(call, diff);

/** Runs one comparison with a live cluster; `diff` and `drift` differ only in what they compare with. */
export async function compare(
  call: Call,
  find: (options: DiffOptions, watch: RunWatch) => Promise<Result<DiffResult, Trouble>>,
): Promise<number> {
  const { directory, environment, kubeconfig } = call.options;
  const watch: RunWatch = { listen: () => undefined, drain: call.drain, cancel: call.cancel };
  const found = await find({ directory, environment, ...(kubeconfig !== undefined && { kubeconfig }) }, watch);
  if (!found.ok) {
    complain(call, found.error.diagnostics, found.error.sources);
    return codes.trouble;
  }
  const { differences, unknown, silent, problems } = found.value;
  complain(call, problems);
  await print(call, found.value, () => renderDiff(found.value, call.streams.outStyle));
  const isUnsure = unknown.length > 0 || silent.length > 0 || problems.some(({ severity }) => severity === 'error');
  if (isUnsure) return codes.trouble;
  return differences.length === 0 ? codes.same : codes.different;
}
