import { renderRotated, renderSecrets } from '../../report/secrets.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

const document = (kind: string, view: object): object => ({ apiVersion: 'strata.dev/v1alpha1', kind, ...view });

/** `strata secrets list`. */
export async function list(call: Call): Promise<number> {
  const { listSecrets } = await import('../../app/secrets/list.js');
  const { directory, environment } = call.options;
  const listed = await listSecrets({ directory, environment });
  if (!listed.ok) return giveUp(call, listed.error);
  await print(call, document('SecretList', listed.value), () => renderSecrets(listed.value));
  return exitCodes.ok;
}

/** `strata secrets rotate`. */
export async function rotate(call: Call): Promise<number> {
  const { rotateSecrets } = await import('../../app/secrets/rotate.js');
  const { directory, environment } = call.options;
  const { drain, cancel } = call;
  const done = await rotateSecrets({ directory, environment }, { listen: () => undefined, drain, cancel });
  if (!done.ok) return giveUp(call, done.error);
  await print(call, document('SecretsRotated', done.value), () => renderRotated(done.value));
  return exitCodes.ok;
}

/** `strata secrets key`. */
export async function key(call: Call): Promise<number> {
  const { makeSecretsKey } = await import('../../app/secrets/rotate.js');
  const made = await makeSecretsKey(call.options.out);
  if (!made.ok) return giveUp(call, made.error);
  const { file, recipient } = made.value;
  await print(call, document('SecretsKey', made.value), () => `${file}  readable by you alone\n${recipient}  recipient\n`);
  return exitCodes.ok;
}
