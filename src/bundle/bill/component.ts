import { type Static, Type } from 'typebox';

/** A piece of software in a bill of materials. */
export const ComponentShape = Type.Object({
  kind: Type.Union([Type.Literal('deb'), Type.Literal('golang'), Type.Literal('npm'), Type.Literal('generic')]),
  name: Type.String(),
  version: Type.String(),
});
export type Component = Static<typeof ComponentShape>;

/** Sorted, each once. */
export const distinct = (all: readonly Component[]): readonly Component[] =>
  [...new Map(all.map((one) => [keyOf(one), one])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);

export const keyOf = ({ kind, name, version }: Component): string => `${kind}/${name}@${version}`;

/** Package URL, the name both forms of bills know a component by. */
export function purlOf({ kind, name, version }: Component): string {
  const path = name
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/^%40/, '%40'))
    .join('/');
  const suffix = version === '' ? '' : `@${encodeURIComponent(version)}`;
  if (kind === 'deb') return `pkg:deb/debian/${path}${suffix}`;
  return `pkg:${kind}/${path}${suffix}`;
}
