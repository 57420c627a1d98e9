import { defineProvider, type Provider } from '../../../model/index.js';
import {
  controlPlaneGuard,
  ejectEnvironment,
  imageNeed,
  layoutOf,
  loginPublic,
  moduleTools,
  planEnvironment,
  plannedMachines,
  staticOffers,
} from '../../../terraform/index.js';
import { adoptables, environmentOf, foundations, pluginsOf, variablesOf } from './module.js';
import { formats, VsphereSpec } from './spec.js';

/** Machines on VMware vSphere: cloned from the image layer's template, with addresses, keys and names given to them. */
export const terraformVsphere: Provider<'infrastructure', VsphereSpec> = defineProvider<'infrastructure', VsphereSpec>({
  id: 'terraform-vsphere',
  layer: 'infrastructure',
  spec: VsphereSpec,
  facts: { title: 'Machines on VMware vSphere', provides: ['machines'] },
  tools: moduleTools({ tool: 'terraform-provider-vsphere', why: 'talks to the vCenter, where no registry is in reach' }),
  offers: (spec) => staticOffers('vsphere', spec),
  needs: () =>
    imageNeed(formats, 'vSphere clones machines from a template that lies in its own inventory; it cannot start a file of ours.'),
  machines: plannedMachines,
  plan(spec, given, kit) {
    const { nodes, balancer, api } = layoutOf(spec);
    const base = foundations(spec, given.image.images, kit);
    const environment = planEnvironment({
      kit,
      bin: spec.program,
      module: kit.catalog('terraform/vsphere'),
      backend: spec.backend,
      plugins: pluginsOf(spec),
      env: environmentOf(spec, kit),
      nodes,
      others: balancer ? [balancer.name] : [],
      variables: (keys) => ({
        ...variablesOf(spec, kit),
        template: base.template,
        login: { user: spec.user, key: loginPublic(keys) },
      }),
      guard: controlPlaneGuard(spec, 'vsphere_virtual_machine.machine'),
      adopt: adoptables(spec, kit),
      api: `${api}:${spec.api.ports[0] ?? 6443}`,
      support: spec.support,
      domain: spec.domain,
      after: base.after,
    });
    return { steps: [...base.steps, ...environment.steps], publishes: environment.publishes };
  },
  eject: (spec, given, kit) => ejectEnvironment(terraformVsphere.plan(spec, given, kit).steps, kit),
});
