import { defineProvider, type Provider } from '../../../model/index.js';
import {
  controlPlaneGuard,
  ejectEnvironment,
  imageNeed,
  imageStep,
  layoutOf,
  loginPublic,
  moduleTools,
  planEnvironment,
  plannedMachines,
  staticOffers,
} from '../../../terraform/index.js';
import { disk } from './disk.js';
import { pluginsOf, variablesOf } from './module.js';
import { formats, LibvirtSpec } from './spec.js';

/** Machines on a host with libvirt: one disk image below, a copy-on-write disk for each machine. */
export const terraformLibvirt: Provider<'infrastructure', LibvirtSpec> = defineProvider<'infrastructure', LibvirtSpec>({
  id: 'terraform-libvirt',
  layer: 'infrastructure',
  spec: LibvirtSpec,
  facts: { title: 'Machines on a host with libvirt', provides: ['machines'] },
  tools: moduleTools({ tool: 'terraform-provider-libvirt', why: 'talks to libvirt, where no registry is in reach' }),
  offers: (spec) => staticOffers('libvirt', spec),
  needs: () => imageNeed(formats, 'libvirt layers the disk of each machine on one qcow2 file of the image layer.'),
  machines: plannedMachines,
  plan(spec, given, kit) {
    const { nodes, balancer, api } = layoutOf(spec);
    const image = imageStep(kit, given.image.images, { formats, name: spec.image });
    const file = kit.step({
      id: 'disk',
      title: 'Disk image beside the module',
      effect: 'local',
      inputs: { name: `${kit.component}-disk`, location: image.out('location'), digest: image.out('digest') },
      tools: ['ln'],
      action: disk,
    });
    const environment = planEnvironment({
      kit,
      bin: spec.program,
      module: kit.catalog('terraform/libvirt'),
      backend: spec.backend,
      plugins: pluginsOf(spec),
      nodes,
      others: balancer ? [balancer.name] : [],
      variables: (keys) => ({
        ...variablesOf(spec, kit),
        image: file.out('path'),
        login: { user: spec.user, key: loginPublic(keys) },
      }),
      guard: controlPlaneGuard(spec, 'libvirt_domain.machine'),
      api: `${api}:${spec.api.ports[0] ?? 6443}`,
      support: spec.support,
      domain: spec.domain,
    });
    return { steps: [image, file, ...environment.steps], publishes: environment.publishes };
  },
  eject: (spec, given, kit) => ejectEnvironment(terraformLibvirt.plan(spec, given, kit).steps, kit),
});
