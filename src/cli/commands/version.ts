import { apiVersion } from '../../model/index.js';
import { type Call, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata version`. */
export async function run(call: Call): Promise<number> {
  const versions = { strata: call.version, format: apiVersion, node: process.version };
  await print(call, versions, () => `strata ${versions.strata}\nformat ${versions.format}\nnode   ${versions.node}\n`);
  return exitCodes.ok;
}
