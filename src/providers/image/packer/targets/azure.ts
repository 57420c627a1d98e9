import { type Static, Type } from 'typebox';
import { secretRef } from '../../../../model/index.js';
import { disk, gibibytes, secretName, type Sources, strict, type TargetPlan, word } from './target.js';

const guid = (description: string) => Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description });

/** A managed image (azure-arm). */
export const AzureSettings = strict(
  {
    subscription: guid('Subscription.'),
    tenant: guid('Directory of the accounts.'),
    resourceGroup: word('Group the image is kept in; must exist.'),
    location: Type.String({ pattern: '^[a-z0-9]+$', description: 'Region, e.g. `westeurope`.' }),
    vmSize: Type.String({ default: 'Standard_D2s_v3', description: 'Size of the build machine.' }),
    subnet: Type.Optional(
      strict(
        {
          name: word('Subnet.'),
          network: word('Its virtual network.'),
          group: word('Resource group of the network.'),
        },
        { description: 'Network of the build machine; one is made for the build where absent.' },
      ),
    ),
    source: Type.Optional(
      strict(
        { publisher: word('Publisher.'), offer: word('Offer.'), sku: word('Plan of the offer.') },
        { description: "Another marketplace image than the distributor's." },
      ),
    ),
    diskSize: Type.String({ ...disk, default: '40Gi' }),
    credentials: Type.Optional(
      strict(
        { client: guid('Service principal.'), secret: secretName('the service principal') },
        { description: 'A service principal; the account that `az login` signed in where absent.' },
      ),
    ),
  },
  { description: 'Settings of target azure.' },
);
export type AzureSettings = Static<typeof AzureSettings>;

/** Fills in the target. */
export function azureTarget(settings: AzureSettings, { azure }: Sources): TargetPlan {
  const { subscription, tenant, resourceGroup, location, credentials } = settings;
  const source = {
    ...(settings.source ?? { publisher: azure.publisher, offer: azure.offer, sku: azure.sku }),
    plan: settings.source === undefined && azure.plan,
    disk_gib: gibibytes(settings.diskSize),
  };
  return {
    id: 'azure',
    builder: 'azure-arm',
    format: 'azure-image',
    client: 'az',
    login: 'packer',
    place: { kind: 'azure', subscription, group: resourceGroup },
    variables: {
      subscription,
      tenant,
      client: credentials?.client ?? '',
      // Replaced by the environment's secret where there is one.
      ...(credentials === undefined && { client_secret: '' }),
      resource_group: resourceGroup,
      location,
      vm_size: settings.vmSize,
      subnet: { ...(settings.subnet ?? { name: '', network: '', group: '' }) },
      ...source,
    },
    identity: { ...source, location },
    secrets: credentials ? { PKR_VAR_client_secret: secretRef(credentials.secret) } : {},
  };
}
