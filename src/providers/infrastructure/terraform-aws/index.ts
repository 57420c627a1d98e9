import { defineProvider, type Provider } from '../../../model/index.js';
import { chooseImage, ejectEnvironment, loginPublic, planEnvironment, staticOffers } from '../../../terraform/index.js';
import { environmentOf, guardOf, nodesOf, plannedMachines, pluginsOf, variablesOf } from './module.js';
import { AwsSpec, formats } from './spec.js';

/** Machines on Amazon Web Services: a network of their own, fixed addresses, a load balancer for the API. */
export const terraformAws: Provider<'infrastructure', AwsSpec> = defineProvider<'infrastructure', AwsSpec>({
  id: 'terraform-aws',
  layer: 'infrastructure',
  spec: AwsSpec,
  facts: { title: 'Machines on Amazon Web Services', provides: ['machines'] },
  tools: [
    { tool: 'terraform', why: 'makes the machines', choice: true },
    { tool: 'tofu', why: 'makes the machines', choice: true },
    { tool: 'terraform-provider-aws', why: 'talks to AWS, where no registry is in reach', choice: true },
    { tool: 'ln', why: 'puts it where Terraform finds it' },
    { tool: 'ssh', why: 'reaches the machines' },
    { tool: 'ssh-keygen', why: 'makes the keys of the machines' },
  ],
  offers: (spec) => staticOffers('aws', spec),
  needs: () => [
    {
      key: 'image.format',
      oneOf: formats,
      because: 'EC2 starts machines from an image in its own account and region; it cannot start a file of ours.',
    },
  ],
  machines: plannedMachines,
  plan(spec, given, kit) {
    const image = kit.step({
      id: 'image',
      title: 'Image of the machines',
      effect: 'none',
      inputs: { images: given.image.images, formats, ...(spec.image !== undefined && { name: spec.image }) },
      action: chooseImage,
    });
    const environment = planEnvironment({
      kit,
      bin: spec.program,
      module: kit.catalog('terraform/aws'),
      backend: spec.backend,
      plugins: pluginsOf(spec),
      env: environmentOf(spec),
      nodes: nodesOf(spec).map(({ name, role, address }) => ({ name, role, address })),
      ...(spec.bastion && { others: ['bastion'], bastion: 'bastion' }),
      variables: (keys) => ({
        ...variablesOf(spec, kit, image.out('location')),
        login: { user: spec.user, key: loginPublic(keys) },
      }),
      guard: guardOf(spec),
      // With a zone of its own the name is known beforehand, else it is the load balancer's.
      ...(spec.dns && { api: `api.${spec.domain}:${spec.api.ports[0] ?? 6443}` }),
      support: spec.support,
      domain: spec.domain,
      after: [image.id],
    });
    return { steps: [image, ...environment.steps], publishes: environment.publishes };
  },
  eject: (spec, given, kit) => ejectEnvironment(terraformAws.plan(spec, given, kit).steps, kit),
});
