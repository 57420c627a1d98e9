import { defineProvider, type Provider } from '../../../model/index.js';
import {
  ejectEnvironment,
  imageNeed,
  imageStep,
  loginPublic,
  moduleTools,
  planEnvironment,
  staticOffers,
} from '../../../terraform/index.js';
import { adoptables, environmentOf, guardOf, machinesOf, nodesOf, pluginsOf, variablesOf } from './module.js';
import { range } from './range.js';
import { AzureSpec, formats } from './spec.js';

/** Machines on Microsoft Azure: a network of their own, chosen addresses, balancers inside of it. */
export const terraformAzure: Provider<'infrastructure', AzureSpec> = defineProvider<'infrastructure', AzureSpec>({
  id: 'terraform-azure',
  layer: 'infrastructure',
  spec: AzureSpec,
  facts: { title: 'Machines on Microsoft Azure', provides: ['machines'] },
  tools: moduleTools(),
  offers: (spec) => staticOffers('azure', spec),
  needs: () =>
    imageNeed(formats, 'Azure starts machines from an image in the subscription or a gallery; it cannot start a file of ours.'),
  machines: machinesOf,
  plan(spec, given, kit) {
    const nodes = nodesOf(spec);
    const addresses = nodes.map(({ address }) => address);
    const checked = kit.step({
      id: 'range',
      title: 'Addresses',
      effect: 'none',
      inputs: { cidr: spec.cidr, addresses },
      action: range,
    });
    const image = imageStep(kit, given.image.images, { formats, name: spec.image });
    const environment = planEnvironment({
      kit,
      bin: spec.program,
      module: kit.catalog('terraform/azure'),
      backend: spec.backend,
      plugins: pluginsOf(spec),
      env: environmentOf(spec),
      nodes,
      ...(spec.bastion && { others: ['bastion'], bastion: 'bastion' }),
      variables: (keys) => ({
        ...variablesOf(spec, kit, image.out('location')),
        login: { user: spec.user, key: loginPublic(keys) },
      }),
      guard: guardOf(spec),
      adopt: adoptables(spec, kit),
      api: `api.${spec.domain}:${spec.api.ports[0] ?? 6443}`,
      support: spec.support,
      domain: spec.domain,
      after: [checked],
    });
    return { steps: [checked, image, ...environment.steps], publishes: environment.publishes };
  },
  eject: (spec, given, kit) => ejectEnvironment(terraformAzure.plan(spec, given, kit).steps, kit),
});
