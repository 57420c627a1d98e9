import { argocdNamespace, text } from '../../../tools/argocd/index.js';
import type { KubeObject } from '../../../tools/kubectl/index.js';
import type { HttpAnswer, HttpCheck } from './http-checks.js';

/** Name of the pod that asks from inside the cluster. */
export const probeName = 'http-check';

const digestAnnotation = 'strata.dev/checks';

/**
 * Asks each address in turn, a few times where it does not answer at once, and prints one line for each:
 * `ok <bytes> <sha256> <url>` or `no 0 - <url>`. Addresses come as arguments, never as part of the script.
 */
const script = `for url in "$@"; do
  said=no
  for try in 1 2 3 4 5; do
    if wget -q -T 5 -O /tmp/body "$url"; then said=ok; break; fi
    sleep 1
  done
  if [ "$said" = ok ]; then
    echo "ok $(wc -c < /tmp/body) $(sha256sum < /tmp/body | cut -d' ' -f1) $url"
  else
    echo "no 0 - $url"
  fi
done`;

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
          command: ['/bin/sh', '-c', script, 'ask', ...checks.map((check) => check.url)],
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
          resources: { requests: { cpu: '10m', memory: '8Mi' }, limits: { cpu: '200m', memory: '32Mi' } },
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '8Mi' } }],
    },
  });
}

/** Which checks a pod was made for. */
export const digestOf = (pod: KubeObject | undefined): string | undefined => pod?.metadata.annotations?.[digestAnnotation];

/** `Pending`, `Running`, `Succeeded` or `Failed`. */
export const phaseOf = (pod: KubeObject | undefined): string => text(pod, 'status', 'phase') ?? 'Pending';

/** Reads what the pod printed; an address it does not speak of did not answer. */
export function readProbe(log: string, checks: readonly HttpCheck[]): readonly HttpAnswer[] {
  const lines = log.split('\n').map((line) => line.split(' '));
  return checks.map((check) => {
    const [said, bytes, digest] = lines.find((line) => line[3] === check.url) ?? [];
    if (said !== 'ok') return { ...check, status: 0, bytes: 0, digest: '', error: 'no answer, or a status of 400 and above' };
    return { ...check, status: 200, bytes: Number(bytes), digest: `sha256:${digest ?? ''}`, error: '' };
  });
}
