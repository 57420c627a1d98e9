import { isScalar, parseDocument, stringify } from 'yaml';
import { type Plain, toPlain } from '../definition/tree.js';
import type { Decided, Put } from './decide.js';
import type { Chosen } from './choose.js';
import type { Step } from './values.js';

/** Texts of the definition that is made. */
export interface Built {
  readonly platform: string;
  readonly environment: string;
}

/** The environment's name: what was carried over stands in one file. */
export const environmentName = 'imported';

/** Names of the components that take packages and settings. */
export interface Components {
  readonly services: string;
  readonly infrastructure: string;
}

/** Writes the two files: layers as in the example, packages as chosen, values as carried. Pure. */
export function build(parts: {
  readonly example: string;
  readonly name: string;
  readonly components: Components;
  readonly chosen: readonly Chosen[];
  readonly decided: readonly Decided[];
}): Built {
  const document = parseDocument(parts.example);
  document.setIn(['metadata', 'name'], parts.name);
  document.deleteIn(['spec', 'applications']);
  const packages = parts.chosen.map(({ name, why }) => {
    const entry = document.createNode({ name });
    const value = entry.get('name', true);
    if (isScalar(value)) value.comment = ` ${why.replaceAll('\n', ' ')}`;
    return entry;
  });
  document.setIn(['spec', 'services', 0, 'with', 'packages'], packages);
  if (document.contents !== null) document.contents.commentBefore = null;
  document.commentBefore = ' Made by strata import. Layers below the services are those of the local example: choose your own.';
  return { platform: document.toString({ lineWidth: 0 }), environment: environmentText(parts) };
}

function environmentText({ decided, components, chosen }: Parameters<typeof build>[0]): string {
  const puts = decided.flatMap(({ leaf, fate }) =>
    fate.kind === 'carried' && fate.put ? [{ put: fate.put, value: toPlain(leaf.tree) }] : [],
  );
  const settings = (layer: Put['layer']): { [key: string]: Plain } =>
    Object.fromEntries(
      puts.flatMap(({ put, value }) => (put.layer === layer && put.package === undefined ? [[String(put.path[0]), value]] : [])),
    );
  const valued = chosen.flatMap(({ name }) => {
    const own = puts.filter(({ put }) => put.package === name);
    return own.length === 0 ? [] : [{ name, values: treeOf(own.map(({ put, value }) => [put.path, value])) }];
  });
  const services = { ...settings('services'), ...(valued.length > 0 && { packages: valued }) };
  const infrastructure = settings('infrastructure');
  const component = (name: string, own: object): object[] => (Object.keys(own).length === 0 ? [] : [{ name, with: own }]);
  const layers = {
    infrastructure: component(components.infrastructure, infrastructure),
    services: component(components.services, services),
  };
  const spec = Object.fromEntries(Object.entries(layers).filter(([, list]) => list.length > 0));
  const body = { apiVersion: 'strata.dev/v1alpha1', kind: 'Environment', metadata: { name: environmentName }, spec };
  return `# What strata import carried over; the report of the import lists what it did not.\n${stringify(body, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

type Branch = Map<Step, Branch | { readonly value: Plain }>;

/** Puts values at their paths into one tree. */
function treeOf(entries: readonly (readonly [readonly Step[], Plain])[]): Plain {
  const root: Branch = new Map();
  for (const [path, value] of entries) {
    let here = root;
    for (const step of path.slice(0, -1)) {
      const below = here.get(step);
      const next: Branch = below instanceof Map ? below : new Map();
      here.set(step, next);
      here = next;
    }
    here.set(path.at(-1) ?? '', { value });
  }
  return plainOf(root);
}

function plainOf(branch: Branch | { readonly value: Plain }): Plain {
  if (!(branch instanceof Map)) return branch.value;
  const entries = [...branch];
  if (entries.every(([step]) => typeof step === 'number')) return entries.map(([, below]) => plainOf(below));
  return Object.fromEntries(entries.map(([step, below]) => [String(step), plainOf(below)]));
}
