import { argocdNamespace, member, text } from '../../../tools/argocd/index.js';
import type { KubeObject } from '../../../tools/kubectl/index.js';
import type { HttpAnswer, HttpCheck } from './http-checks.js';

/** Name of the pod that asks from inside the cluster. */
export const probeName = 'http-check';

const digestAnnotation = 'strata.dev/checks';

/** A pod that asks once and ends; `digest` tells which addresses and which revision it was made for. */
export function probeManifest(image: string, checks: readonly HttpCheck[], digest: string): string {
  const labels = {
    'app.kubernetes.io/name': probeName,
    'app.kubernetes.io/part-of': 'applications',
    'app.kubernetes.io/managed-by': 'strata',
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: probeName, namespace: argocdNamespace, labels, annotations: { [digestAnnotation]: digest } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      activeDeadlineSeconds: 120,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'ask',
          image,
          imagePullPolicy: 'IfNotPresent',
          args: checks.map((check) => check.url),
          resources: { requests: { cpu: '10m', memory: '8Mi' }, limits: { cpu: '200m', memory: '32Mi' } },
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  });
}

/** Which checks a pod was made for. */
export const digestOf = (pod: KubeObject | undefined): string | undefined => pod?.metadata.annotations?.[digestAnnotation];

/** `Pending`, `Running`, `Succeeded` or `Failed`. */
export const phaseOf = (pod: KubeObject | undefined): string => text(pod, 'status', 'phase') ?? 'Pending';

/** Reads what the pod printed, one JSON line for each address; one it does not speak of did not answer. */
export function readProbe(log: string, checks: readonly HttpCheck[]): readonly HttpAnswer[] {
  const lines = log.split('\n').flatMap(parseLine);
  return checks.map((check) => ({ ...silent(check), ...lines.find((line) => line.url === check.url), ...check }));
}

/** An address that gave no answer. */
export const silent = (check: HttpCheck, error = 'no answer'): HttpAnswer => ({
  ...check,
  status: 0,
  bytes: 0,
  digest: '',
  error,
});

type Line = Pick<HttpAnswer, 'url' | 'status' | 'bytes' | 'digest' | 'error'>;

function parseLine(line: string): readonly Line[] {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return []; // a torn line, or a warning of the container's runtime
  }
  const url = text(said, 'url');
  const status = member(said, 'status');
  const bytes = member(said, 'bytes');
  if (url === undefined || typeof status !== 'number' || typeof bytes !== 'number') return [];
  return [{ url, status, bytes, digest: text(said, 'digest') ?? '', error: text(said, 'error') ?? '' }];
}
