import { parse } from 'yaml';
import type { Action, Claim, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { differences, type Document, toYaml } from '../../../../tools/document/index.js';
import { applyManifest, condition, getManifest, getObjects } from '../../../../tools/kubectl/index.js';
import { machinesRoll } from '../errors.js';

/** Where the cluster's machines look for images first. */
export interface MirrorsWant {
  readonly kubeconfig: SecretRef;
  /** `host:port`, plain HTTP. */
  readonly registry: string;
  /** Names the sources. */
  readonly template: string;
}

/** What the cluster was told of it, and how far its machines are. */
export interface MirrorsGot {
  readonly kubeconfig: SecretRef;
  readonly differs: readonly string[];
  /** Pools of machines that are not at their configuration yet. */
  readonly rolling: readonly string[];
}

const minutes = 90;

/** Tells the machines of the environment's registry; they restart one by one to take it over. */
export const registryMirrors: Action<MirrorsWant, MirrorsGot> = {
  observe: look,
  diff: (_want, got) => [...(got?.differs ?? ['mirrors']), ...(got?.rolling ?? [])].map((what) => ({ what })),
  async apply(want, got, w) {
    if ((got?.differs ?? ['mirrors']).length > 0) {
      const applied = await applyManifest(w, want.kubeconfig, toYaml(mirrorObjects(want)));
      if (!applied.ok) return applied;
      // The operator that renders configurations takes a moment to see the change; before that all pools look done.
      await w.pause(30_000);
    }
    return rolledOut(want, w);
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const done = seen.ok && seen.value.differs.length + seen.value.rolling.length === 0;
    return [{ claim: `All machines look for images at ${want.registry} first`, verdict: done ? 'pass' : 'fail' }];
  },
};

/** Fields: https://github.com/openshift/api config/v1 types_image.go, types_image_{digest,tag}_mirror_set.go */
export function mirrorObjects({ registry, template }: Pick<MirrorsWant, 'registry' | 'template'>): readonly Document[] {
  const { sources = [] } = (parse(template) ?? {}) as { sources?: readonly string[] }; // a list of names, or nothing
  const mirrors = sources.map((source) => ({ source, mirrors: [registry], mirrorSourcePolicy: 'AllowContactingSource' }));
  const apiVersion = 'config.openshift.io/v1';
  return [
    { apiVersion, kind: 'Image', metadata: { name: 'cluster' }, spec: { registrySources: { insecureRegistries: [registry] } } },
    { apiVersion, kind: 'ImageTagMirrorSet', metadata: { name: 'strata' }, spec: { imageTagMirrors: mirrors } },
    { apiVersion, kind: 'ImageDigestMirrorSet', metadata: { name: 'strata' }, spec: { imageDigestMirrors: mirrors } },
  ];
}

async function rolledOut(want: MirrorsWant, w: World): Promise<Result<MirrorsGot>> {
  const end = w.now().getTime() + minutes * 60_000;
  for (;;) {
    const seen = await look(want, w);
    if (!seen.ok && seen.error.kind !== 'not-ready') return seen;
    if (seen.ok && seen.value.rolling.length === 0) return seen;
    const rolling = seen.ok ? seen.value.rolling : [seen.error.diagnostic.message];
    if (w.now().getTime() >= end || w.signal.aborted) return err(machinesRoll(rolling, minutes));
    await w.pause(15_000);
  }
}

async function look(want: MirrorsWant, w: ReadWorld): Promise<Result<MirrorsGot>> {
  const objects = mirrorObjects(want);
  const found = await getManifest(w, want.kubeconfig, toYaml(objects));
  if (!found.ok) return found;
  const pools = await getObjects(w, want.kubeconfig, ['machineconfigpools.machineconfiguration.openshift.io']);
  if (!pools.ok) return pools;
  const differs = objects.flatMap((object) => {
    const there = found.value.find(({ kind }) => kind === object.kind);
    if (there === undefined) return [String(object.kind)];
    return differences(object.spec, there.spec).map(({ path }) => `${String(object.kind)} ${path}`);
  });
  const rolling = pools.value
    .filter((pool) => condition(pool, 'Updated') !== 'True')
    .map(({ metadata }) => `pool ${metadata.name}`);
  return ok({ kubeconfig: want.kubeconfig, differs, rolling });
}
