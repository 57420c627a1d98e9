import type { KubeObject } from '../model/index.js';

/** Before the package's own objects, with them, or once they are ready. */
export const stages = { before: 0, main: 1, after: 2 } as const;

/**
 * When an object of a chart is applied. Hooks of an installation or an upgrade become stages of their own; hooks of a
 * removal, a roll-back or a test have no place in a tree that says what shall be.
 */
export function stageOf(object: KubeObject): number | undefined {
  const hook = object.metadata.annotations?.['helm.sh/hook'];
  if (hook === undefined || /crd-install/.test(hook)) return stages.main;
  if (/pre-(install|upgrade)/.test(hook)) return stages.before;
  return /post-(install|upgrade)/.test(hook) ? stages.after : undefined;
}

/** A package with what must come before it. */
export interface Ordered {
  readonly name: string;
  readonly after: readonly string[];
}

/** Which packages have objects before or after their own, by name. */
export type Stages = Readonly<Record<string, { readonly before: boolean; readonly after: boolean }>>;

export const beforeName = (name: string): string => `${name}-before`;
export const afterName = (name: string): string => `${name}-after`;

/** Makes packages of the stages, so that whoever waits for a package waits for its last stage. */
export function expandStages<T extends Ordered>(packages: readonly T[], stagesOf: Stages): readonly T[] {
  const last = (name: string): string => (stagesOf[name]?.after ? afterName(name) : name);
  return packages.flatMap((one) => {
    const { before = false, after = false } = stagesOf[one.name] ?? {};
    const waits = one.after.map(last);
    const main = { ...one, after: before ? [...waits, beforeName(one.name)] : waits };
    return [
      ...(before ? [{ ...one, name: beforeName(one.name), after: waits }] : []),
      main,
      ...(after ? [{ ...one, name: afterName(one.name), after: [one.name] }] : []),
    ];
  });
}
