import { createHash } from 'node:crypto';
import type { Action, Claim, OciImage, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { render } from '../../../../tools/kubeadm/index.js';
import { applyManifest, eventually, getManifest, isReady, notYet, stateOf, waitFor } from '../../../../tools/kubectl/index.js';

/** A manifest of the catalog, applied with values. */
export interface AddonWant {
  readonly name: string;
  readonly kubeconfig: SecretRef;
  readonly template: string;
  readonly values: Readonly<Record<string, string>>;
  /** What the values `machineDomain` and `machineHosts` are made from, for those who need them. */
  readonly machines: { readonly domain: string; readonly hosts: readonly { readonly name: string; readonly address: string }[] };
  /** Images by the name of their place in the template. */
  readonly images: Readonly<Record<string, OciImage>>;
}

/** The addon as the cluster tells. */
export interface AddonGot {
  readonly name: string;
  readonly kubeconfig: SecretRef;
  /** Of the manifest that was applied; empty where objects are missing or were made by somebody else. */
  readonly digest: string;
  /** Objects that are not there or not ready. */
  readonly late: readonly string[];
}

const digestLabel = 'strata.dev/manifest';

/** Applies the manifest and waits until what it names is ready. */
export const addon: Action<AddonWant, AddonGot> = {
  observe: look,
  diff(want, got) {
    if (got === undefined) return [{ what: want.name }];
    const manifest = manifestOf(want);
    const changed =
      manifest.ok && manifest.value.digest !== got.digest
        ? [{ what: 'manifest', from: got.digest || 'none', to: manifest.value.digest }]
        : [];
    return [...changed, ...got.late.map((what) => ({ what }))];
  },
  async apply(want, _got, w) {
    const manifest = manifestOf(want);
    if (!manifest.ok) return manifest;
    const applied = await applyManifest(w, want.kubeconfig, manifest.value.text);
    if (!applied.ok) return applied;
    const ready = await waitFor(
      w,
      want.name,
      () => getManifest(w, want.kubeconfig, manifest.value.text),
      manifest.value.objects,
      { deadlineMs: 180_000, everyMs: 400 },
    );
    if (!ready.ok) return ready;
    const now = await look(want, w);
    if (!now.ok) return now;
    return now.value === undefined ? err(notYet(want.name, 'its objects are gone', 0)) : ok(now.value);
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const rolledOut = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && seen.value !== undefined && seen.value.late.length === 0;
    });
    return [{ claim: `${want.name} is rolled out`, verdict: rolledOut ? 'pass' : 'fail' }];
  },
};

interface Manifest {
  readonly text: string;
  readonly digest: string;
  readonly objects: number;
}

/** The manifest, every object marked with the digest of the whole. */
export function manifestOf({
  template,
  values,
  images,
  machines,
}: Pick<AddonWant, 'template' | 'values' | 'images' | 'machines'>): Result<Manifest> {
  const refs = Object.fromEntries(Object.entries(images).map(([name, { ref, digest }]) => [name, `${ref}@${digest}`]));
  const machineHosts = machines.hosts.map(({ name, address }) => `${address} ${name}.${machines.domain}`).join('\n');
  const rendered = render(template, { machineDomain: machines.domain, machineHosts, ...values, ...refs });
  if (!rendered.ok) return rendered;
  const digest = createHash('sha256').update(rendered.value).digest('hex').slice(0, 32);
  const text = rendered.value
    .split(/^---$/m)
    .map((document) => marked(document, digest))
    .join('---');
  return ok({ text, digest, objects: rendered.value.match(/^kind:/gm)?.length ?? 0 });
}

/** Written into the text, not into a parsed object: what is applied reads as the catalog does. */
function marked(document: string, digest: string): string {
  const mark = `${digestLabel}: "${digest}"`;
  return /^ {2}annotations:$/m.test(document)
    ? document.replace(/^ {2}annotations:$/m, `  annotations:\n    ${mark}`)
    : document.replace(/^metadata:$/m, `metadata:\n  annotations: { ${mark} }`);
}

async function look(want: AddonWant, w: ReadWorld): Promise<Result<AddonGot | undefined>> {
  const manifest = manifestOf(want);
  if (!manifest.ok) return manifest;
  const found = await getManifest(w, want.kubeconfig, manifest.value.text);
  if (!found.ok) return found;
  if (found.value.length === 0) return ok(undefined);
  const same =
    found.value.length === manifest.value.objects &&
    found.value.every((object) => object.metadata.annotations?.[digestLabel] === manifest.value.digest);
  const late = found.value.filter((object) => !isReady(object)).map(stateOf);
  return ok({ name: want.name, kubeconfig: want.kubeconfig, digest: same ? manifest.value.digest : '', late });
}
