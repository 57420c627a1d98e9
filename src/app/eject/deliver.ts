import { stringify } from 'yaml';
import type { EjectedFile, Ejection, KubeObject, RenderedDelivery, RenderedObject, RenderedPackage } from '../../model/index.js';

const kubectl = '$(KUBECTL) --kubeconfig $(KUBECONFIG)';

/**
 * The objects of services or applications as numbered folders, in the order they can be brought up in, and a recipe of
 * kubectl that takes them one after the other: what the delivering controller does by itself once it is told of them.
 */
export function ejectDelivery(delivery: RenderedDelivery): Ejection {
  const all = [...delivery.bootstrap, ...delivery.packages];
  const placed = all.map((one, at) => ({ one, folder: `${String(at + 1).padStart(3, '0')}-${one.name}`, stages: stagesOf(one) }));
  return {
    files: [
      ...placed.map(({ folder, stages }) => ({
        path: `${folder}/kustomization.yaml`,
        text: stringify({
          apiVersion: 'kustomize.config.k8s.io/v1beta1',
          kind: 'Kustomization',
          resources: stages.map(({ stage }) => `${stage}.yaml`),
        }),
      })),
      ...placed.flatMap(({ folder, stages }) =>
        stages.map(
          ({ stage, objects }): EjectedFile => ({
            path: `${folder}/${stage}.yaml`,
            text: manifest(objects),
            mode: modeOf(objects),
          }),
        ),
      ),
      { path: 'take.sh', text: takeScript, mode: 0o755 },
      {
        path: 'images.txt',
        text: imagesOf(all)
          .map((image) => `${image}\n`)
          .join(''),
      },
    ],
    variables: [
      { name: 'KUBECONFIG', why: 'the cluster' },
      { name: 'KUBECTL', why: 'the program', fallback: 'kubectl' },
      { name: 'TIMEOUT', why: 'how long one package may take', fallback: '10m' },
    ],
    programs: ['kubectl'],
    // Builds offline: reads every file and names the one that is no object.
    check: placed.map(({ folder }) => `$(KUBECTL) kustomize ${folder} > /dev/null`),
    apply: placed.flatMap(({ folder, stages }) => stages.flatMap((one) => recipeOf(folder, one))),
    destroy: [...placed]
      .reverse()
      .flatMap(({ folder, stages }) =>
        [...stages].reverse().map(({ stage }) => `${kubectl} delete --ignore-not-found --wait=false -f ${folder}/${stage}.yaml`),
      ),
    leftOut: [
      'The container images of images.txt must be in a registry that the machines reach.',
      'Values of Secrets that a run makes for itself are not here; a Secret that a chart made is, in a file only you can read.',
    ],
  };
}

interface Stage {
  readonly stage: number;
  readonly objects: readonly KubeObject[];
}

function stagesOf({ objects }: RenderedPackage): readonly Stage[] {
  const stages = [...new Set(objects.map(({ stage }: RenderedObject) => stage))].sort((a, b) => a - b);
  return stages.map((stage) => ({ stage, objects: objects.filter((one) => one.stage === stage).map(({ object }) => object) }));
}

const manifest = (objects: readonly KubeObject[]): string =>
  objects.map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('');

const modeOf = (objects: readonly KubeObject[]): number => (objects.some(({ kind }) => kind === 'Secret') ? 0o600 : 0o644);

/** Kinds and webhooks of a file may be there only after a first try, so that it is given again until it is taken. */
const takeScript = `#!/bin/sh
# take.sh FILE: applies a file, and again where a kind or a webhook that it needs is not there yet.
set -eu
tries=0
until "$KUBECTL" --kubeconfig "$KUBECONFIG" apply --server-side --force-conflicts --field-manager=platform -f "$1"; do
  tries=$((tries + 1))
  test "$tries" -lt "\${TRIES:-12}" || exit 1
  sleep 5
done
`;

/** One stage: its objects are taken, and what the next stage rests on is there. */
function recipeOf(folder: string, { stage, objects }: Stage): readonly string[] {
  const named = (kind: string) => objects.filter((one) => one.kind === kind).map(({ metadata }) => metadata);
  const wait = (condition: string) => `wait --for=condition=${condition} --timeout=$(TIMEOUT)`;
  const kinds = named('CustomResourceDefinition').map(({ name }) => `crd/${name}`);
  const waits = [
    ...(kinds.length === 0 ? [] : [`${wait('Established')} ${kinds.join(' ')}`]),
    ...['Deployment', 'StatefulSet', 'DaemonSet'].flatMap((kind) =>
      named(kind).map(
        (one) => `-n ${one.namespace ?? 'default'} rollout status --timeout=$(TIMEOUT) ${kind.toLowerCase()}/${one.name}`,
      ),
    ),
    ...named('Job').map((one) => `-n ${one.namespace ?? 'default'} ${wait('Complete')} job/${one.name}`),
  ];
  return [`./take.sh ${folder}/${stage}.yaml`, ...waits.map((line) => `${kubectl} ${line}`)];
}

function imagesOf(packages: readonly RenderedPackage[]): readonly string[] {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (key === 'image' && typeof member === 'string' && member !== '') found.add(member);
      else look(member);
    }
  };
  for (const { objects } of packages) for (const { object } of objects) look(object);
  return [...found].sort();
}
