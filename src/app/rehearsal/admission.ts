import type { Diagnostic, KubeObject, RenderedObject, RenderedPackage, Result } from '../../model/index.js';
import { refusedByPolicy } from './errors.js';
import { field } from './fields.js';
import { admissionWords } from './findings.js';

/** Asks whether an object would be taken. */
export type Admits = (object: KubeObject) => Promise<Result<void>>;

/** How many pods are offered at once. */
const width = 8;

/**
 * Offers every workload's pod once more when all policies are in force: a pod that came before a policy was loaded was
 * let in, and would be refused the next time it starts.
 */
export async function refusedAgain(packages: readonly RenderedPackage[], admits: Admits): Promise<readonly Diagnostic[]> {
  const workloads = packages.flatMap((one) => one.objects.flatMap((object) => podOf(object, one.namespace) ?? []));
  const found: Diagnostic[] = [];
  for (let at = 0; at < workloads.length; at += width) {
    const batch = workloads.slice(at, at + width);
    const answers = await Promise.all(batch.map(({ pod }) => admits(pod)));
    for (const [i, answer] of answers.entries()) {
      const said = answer.ok ? undefined : admissionWords(answer.error.diagnostic.message);
      const offered = batch[i];
      if (said !== undefined && offered !== undefined) found.push(refusedByPolicy(offered.name, said, offered.from.from));
    }
  }
  return found;
}

interface Offered {
  readonly name: string;
  readonly pod: KubeObject;
  readonly from: RenderedObject;
}

function podOf(from: RenderedObject, fallback: string | undefined): Offered | undefined {
  const { kind, metadata, spec } = from.object;
  const template = kind === 'CronJob' ? field(spec, 'jobTemplate', 'spec', 'template') : field(spec, 'template');
  const podSpec = field(template, 'spec');
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(kind) || podSpec === undefined) return undefined;
  const namespace = metadata.namespace ?? fallback ?? 'default';
  const labels = field(template, 'metadata', 'labels') ?? {};
  const annotations = field(template, 'metadata', 'annotations') ?? {};
  const isJob = kind === 'Job' || kind === 'CronJob';
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${metadata.name}-offered`.slice(-63), namespace, labels, annotations },
    spec: { ...Object(podSpec), ...(isJob && field(podSpec, 'restartPolicy') === undefined ? { restartPolicy: 'Never' } : {}) },
  } as unknown as KubeObject; // a template's labels are those of its pod
  return { name: `Pod of ${kind}/${namespace}/${metadata.name}`, pod, from };
}
