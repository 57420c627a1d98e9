import type { ReadWorld } from '../model/index.js';
import type { ToolPin } from './pins.js';

/** Version a program tells about itself; `undefined` where it does not answer as expected. */
export async function probeVersion(r: ReadWorld, pin: ToolPin, executable: string): Promise<string | undefined> {
  if (pin.probe === undefined) return undefined;
  const output = await r.query({ tool: executable, args: pin.probe.args, deadlineMs: 20_000 });
  if (!output.ok) return undefined;
  // Some programs (ssh, ansible under a wrapper) tell it on stderr.
  return new RegExp(pin.probe.pattern).exec(`${output.value.stdout}\n${output.value.stderr}`)?.[1];
}
