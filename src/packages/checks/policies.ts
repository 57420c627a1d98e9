import type { Diagnostic, KubeObject, RenderedPackage } from '../../model/index.js';
import { at, text } from '../order/read.js';
import { groupVersion } from '../order/names.js';
import { policyWithoutTest } from './errors.js';

/** Names of the policy that an object defines: its own, and that of the kind it makes. */
const policyNames: Readonly<Record<string, (object: KubeObject) => readonly (string | undefined)[]>> = {
  'templates.gatekeeper.sh/ConstraintTemplate': (o) => [text(at(o, 'spec', 'crd', 'spec', 'names', 'kind')), o.metadata.name],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': (o) => [o.metadata.name],
  'kyverno.io/ClusterPolicy': (o) => [o.metadata.name],
  'kyverno.io/Policy': (o) => [o.metadata.name],
};

/**
 * Policies that nothing tests. `tested` has the names of those with samples: of the policy, or of the kind that it
 * makes. Who reads the folders tells it, since the objects do not.
 */
export function untestedPolicies(packages: readonly RenderedPackage[], tested: ReadonlySet<string>): readonly Diagnostic[] {
  return packages.flatMap((one) =>
    one.objects.flatMap(({ object, from }) => {
      const names = policyNames[`${groupVersion(object.apiVersion).group}/${object.kind}`]?.(object) ?? [];
      const known = names.flatMap((name) => name ?? []);
      if (known.length === 0 || known.some((name) => tested.has(name))) return [];
      return [policyWithoutTest(known[0] ?? object.metadata.name, from)];
    }),
  );
}
