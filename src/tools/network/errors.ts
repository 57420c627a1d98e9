import type { Failure, Output } from '../../model/index.js';
import { failure } from '../../model/index.js';

/** A network command ended with an error. */
export const networkFailed = (what: string, output: Output): Failure =>
  failure('tool-failed', 'NETWORK-FAILED', `${what}: ${(output.stderr || output.stdout).trim() || `exit ${output.code}`}`, {
    say: 'Network changes need root and a kernel with network namespaces, bridges and veth pairs.',
    command: 'strata doctor',
  });

/** `ip -j` printed something else. */
export const notJson = (what: string): Failure =>
  failure('tool-failed', 'NETWORK-OUTPUT', `${what}: ip printed no JSON.`, {
    say: 'Install iproute2 5.0 or newer.',
    command: 'ip -V',
  });
