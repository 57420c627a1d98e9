import { defineProvider } from '../../../model/index.js';
import {
  chooseImage,
  controlPlaneGuard,
  layoutOf,
  loginPublic,
  plannedMachines,
  planEnvironment,
  staticOffers,
} from '../../../terraform/index.js';
import { disk } from './disk.js';
import { pluginsOf, variablesOf } from './module.js';
import { formats, LibvirtSpec } from './spec.js';

/** Machines on a host with libvirt: one disk image below, a copy-on-write disk for each machine. */
export const terraformLibvirt = defineProvider<'infrastructure', LibvirtSpec>({
  id: 'terraform-libvirt',
  layer: 'infrastructure',
  spec: LibvirtSpec,
  facts: { title: 'Machines on a host with libvirt', provides: ['machines'] },
  tools: [
    { tool: 'terraform', why: 'makes the machines' },
    { tool: 'tofu', why: 'makes the machines, where it is chosen' },
    { tool: 'terraform-provider-libvirt', why: 'talks to libvirt, where no registry is in reach' },
    { tool: 'ln', why: 'puts files where Terraform finds them' },
    { tool: 'ssh', why: 'reaches the machines' },
    { tool: 'ssh-keygen', why: 'makes the keys of the machines' },
  ],
  offers: (spec) => staticOffers('libvirt', spec),
  needs: () => [
    {
      key: 'image.format',
      oneOf: formats,
      because: 'libvirt layers the disk of each machine on one qcow2 file of the image layer.',
    },
  ],
  machines: plannedMachines,
  plan(spec, given, kit) {
    const { nodes, balancer, api } = layoutOf(spec);
    const image = kit.step({
      id: 'image',
      title: 'Disk image of the machines',
      effect: 'none',
      inputs: { images: given.image.images, formats, ...(spec.image !== undefined && { name: spec.image }) },
      action: chooseImage,
    });
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
});
