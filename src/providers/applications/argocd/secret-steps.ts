import { type Given, type Kit, type Step, type StepHandle, stepOf } from '../../../model/index.js';
import { readSecrets } from './secrets.js';
import type { ArgocdSpec } from './spec.js';
import { keepSecret, type SecretThere, type SecretWanted } from './steps/secret.js';
import { refuse } from './steps/refuse.js';

/** One step for each Secret; where one cannot be, a step that says why before anything is deployed. */
export function secretSteps(
  spec: ArgocdSpec,
  { kubeconfig, install }: { readonly kubeconfig: Given<'applications'>['kubernetes']['kubeconfig']; readonly install: Step },
  kit: Kit,
): readonly (StepHandle<SecretWanted, SecretThere> | Step)[] {
  return readSecrets(spec, kit).map((read, at) => {
    const { name = '', application = '' } = spec.secrets?.[at] ?? {};
    const id = `secret-${application}-${name}`;
    const title = `Give application ${application} the Secret ${name}`;
    if (!read.ok) return kit.step({ id, title, effect: 'none', inputs: { diagnostic: read.error.diagnostic }, action: refuse });
    const { application: _, ...wanted } = read.value;
    return kit.step({
      id,
      title,
      effect: 'remote',
      tools: ['kubectl', 'sops'],
      after: [install],
      inputs: { kubeconfig, ...wanted },
      within: stepOf(kubeconfig),
      action: keepSecret,
    });
  });
}
