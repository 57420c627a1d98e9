import { defineProvider } from '../../../model/index.js';
import { ejectTanzu } from './eject.js';
import { planTanzu } from './plan.js';
import { TanzuSpec } from './spec.js';

/** A Tanzu cluster: a Cluster object of Cluster API, which a vSphere Supervisor makes true. */
export const tanzu = defineProvider<'kubernetes', TanzuSpec>({
  id: 'tanzu',
  layer: 'kubernetes',
  spec: TanzuSpec,
  facts: { title: 'Tanzu (vSphere Kubernetes Service)', provides: ['kubernetes', 'storage', 'dns'], reads: ['infrastructure'] },
  tools: [{ tool: 'kubectl', why: 'asks and changes the Supervisor and the cluster' }],
  offers: ({ version }) => ({ 'kubernetes.version': [version.split(/\+|---/)[0] ?? version] }),
  needs: () => [
    {
      key: 'infrastructure.kind',
      oneOf: ['vsphere', 'existing'],
      because:
        'The Supervisor is a part of vSphere and makes the machines of a cluster there itself; from the infrastructure layer it takes only the registry and the git server, which its pods must reach.',
    },
  ],
  plan: planTanzu,
  eject: (spec, _given, kit) => ejectTanzu(spec, kit),
});
