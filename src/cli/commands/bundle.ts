import {
  inspectedDocument,
  renderBundleDiff,
  renderCreated,
  renderInspected,
  renderLoaded,
  renderPushed,
  renderVerified,
} from '../../report/bundle.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';
import { watched } from '../watch.js';

const document = (kind: string, view: object): object => ({ apiVersion: 'strata.dev/v1alpha1', kind, ...view });

/** `strata bundle key`. */
export async function key(call: Call): Promise<number> {
  const { bundleKey } = await import('../../app/bundle/keys.js');
  const { out, passphraseFile } = call.options;
  const made = await bundleKey({ out, passphraseFile });
  if (!made.ok) return giveUp(call, made.error);
  const { privateKey, publicKey, fingerprint, encrypted } = made.value;
  await print(call, document('BundleKey', made.value), () =>
    [
      `${privateKey}  private${encrypted ? ', encrypted' : ', readable by you alone'}`,
      `${publicKey}  public  ${fingerprint}`,
      '',
    ].join('\n'),
  );
  return exitCodes.ok;
}

/** `strata bundle create`. */
export async function create(call: Call): Promise<number> {
  const { createBundle } = await import('../../app/bundle/create.js');
  const { directory, environment, out, passphraseFile, expires, release, volumeSize, against, allowMissing } = call.options;
  const wanted = {
    directory,
    environment,
    out,
    key: call.options.key,
    passphraseFile,
    expires,
    release,
    volumeSize,
    against,
    allowMissing,
  };
  const told = (text: string): void => {
    if (call.options.verbose) call.streams.err(`carrying ${text}\n`);
  };
  const made = await watched(call, 'strata bundle create', (watch) =>
    createBundle({ ...wanted, strata: call.version, told }, watch),
  );
  if (!made.ok) return giveUp(call, made.error);
  await print(call, document('BundleCreated', made.value), () => renderCreated(made.value, call.streams.outStyle));
  return exitCodes.ok;
}

/** `strata bundle verify`. */
export async function verify(call: Call): Promise<number> {
  const { verifyBundle } = await import('../../app/bundle/verify.js');
  const verified = await verifyBundle(judging(call));
  if (!verified.ok) return giveUp(call, verified.error);
  const { bundle, ...rest } = verified.value;
  const { about, root } = bundle;
  await print(call, document('BundleVerified', { about, root, ...rest }), () =>
    renderVerified(verified.value, call.streams.outStyle),
  );
  return exitCodes.ok;
}

/** `strata bundle inspect`. */
export async function inspect(call: Call): Promise<number> {
  const { inspectBundle } = await import('../../app/bundle/verify.js');
  const inspected = await inspectBundle(judging(call));
  if (!inspected.ok) return giveUp(call, inspected.error);
  await print(call, inspectedDocument(inspected.value), () => renderInspected(inspected.value));
  return exitCodes.ok;
}

/** `strata bundle push`. */
export async function push(call: Call): Promise<number> {
  const { pushBundle } = await import('../../app/bundle/push.js');
  const pushed = await pushBundle({ ...judging(call), registry: call.args[1] ?? '', signal: call.drain });
  if (!pushed.ok) return giveUp(call, pushed.error);
  await print(call, document('BundlePushed', pushed.value), () => renderPushed(pushed.value, call.streams.outStyle));
  return exitCodes.ok;
}

/** `strata bundle load`. */
export async function load(call: Call): Promise<number> {
  const { loadBundle } = await import('../../app/bundle/load.js');
  const told = (text: string): void => {
    if (call.options.verbose) call.streams.err(`loading ${text}\n`);
  };
  const loaded = await loadBundle({ ...judging(call), signal: call.drain, told });
  if (!loaded.ok) return giveUp(call, loaded.error);
  await print(call, document('BundleLoaded', loaded.value), () => renderLoaded(loaded.value, call.streams.outStyle));
  return exitCodes.ok;
}

/** `strata bundle diff`; exits as diff does: 0 the same, 1 different. */
export async function diff(call: Call): Promise<number> {
  const { diffBundles } = await import('../../app/bundle/verify.js');
  const [before = '', after = ''] = call.args;
  const compared = await diffBundles(before, after, call.options.key);
  if (!compared.ok) return giveUp(call, compared.error);
  const { differences } = compared.value;
  const view = { before: compared.value.before.about, after: compared.value.after.about, differences };
  await print(call, document('BundleDiff', view), () => renderBundleDiff(compared.value, call.streams.outStyle));
  return differences.length === 0 ? exitCodes.ok : exitCodes.failed;
}

const judging = ({ args, options }: Call) => ({
  bundle: args[0] ?? '',
  key: options.key,
  allowUnsigned: options.allowUnsigned,
  allowOlder: options.allowOlder,
});
