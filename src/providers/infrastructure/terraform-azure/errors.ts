import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The network's range has no room for its parts. */
export const rangeTooSmall = (cidr: string, machines: number): Failure =>
  failure('invalid', 'AZURE-RANGE', `${cidr} has no quarter that holds ${machines} machines beside the addresses Azure keeps.`, {
    say: 'Give the network a larger range, /16 to /22.',
    command: 'strata validate',
  });
