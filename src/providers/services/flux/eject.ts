import { stringify } from 'yaml';
import type { EjectedFile, Ejection, EjectParts, Kit, Told } from '../../../model/index.js';
import { fluxNamespace } from './sync.js';

const nowhere = { url: 'http://localhost/tree.tar.gz', digest: '', size: 0, revision: '' } as const;

/** Flux's own objects over a git repository of the user's: the same order and health as Strata tells it. */
export function ejectGitops(kit: Kit, { rendered }: EjectParts): Ejection {
  const tree = [...(rendered?.files ?? [])].map(([path, text]): EjectedFile => ({ path: `gitops/tree/${path}`, text }));
  const told = rendered?.tell(nowhere, new Date(0)) ?? [];
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: kit.component, namespace: fluxNamespace },
    spec: { url: 'https://git.example/platform.git', ref: { branch: 'main' }, interval: '1m' },
  };
  const syncs = told.filter(({ object }) => object.kind === 'Kustomization').map((one) => overGit(one, kit.component));
  return {
    files: [
      ...tree,
      { path: 'gitops/source.yaml', text: stringify(source) },
      { path: 'gitops/sync.yaml', text: syncs.map((object) => `---\n${stringify(object)}`).join('') },
    ],
    variables: [],
    programs: [],
    check: [],
    apply: [],
    destroy: [],
    leftOut: [
      'For continuous delivery, put gitops/tree into a git repository, write its address into gitops/source.yaml, and apply gitops/source.yaml and gitops/sync.yaml; Flux\u2019s source-controller must run.',
    ],
  };
}

function overGit({ object }: Told, name: string): object {
  const spec = typeof object.spec === 'object' ? object.spec : {};
  return { ...object, spec: { ...spec, sourceRef: { kind: 'GitRepository', name } } };
}
