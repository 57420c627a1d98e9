import { defineProvider } from '../../../model/index.js';
import { deliveryOf } from './delivery.js';
import { ejectGitops } from './eject.js';
import { planFlux } from './plan.js';
import { FluxSpec } from './spec.js';

/** Core services, applied by Flux from one rendered tree. */
export const flux = defineProvider<'services', FluxSpec>({
  id: 'flux',
  layer: 'services',
  spec: FluxSpec,
  facts: { title: 'Flux: core services from a rendered tree', provides: ['gitops', 'core-services'] },
  tools: [
    { tool: 'kubectl', why: 'applies Flux itself, and asks the cluster how the packages are' },
    { tool: 'tar', why: 'packs the rendered tree' },
    { tool: 'gzip', why: 'packs the rendered tree' },
    { tool: 'cp', why: 'puts the packed tree among the artefacts to be published' },
  ],
  plan: planFlux,
  delivery: deliveryOf,
  eject: (_spec, _given, kit, parts) => ejectGitops(kit, parts),
});
