import { type Static, Type } from 'typebox';
import { secretRef } from '../../../../model/index.js';
import { secretName, type TargetPlan, word } from './target.js';

/** Where in a vCenter the template is made; shared by both ways to make one. */
export const vsphereProperties = {
  server: word('Name or address of the vCenter.'),
  user: word('Account, e.g. `packer@vsphere.local`.'),
  password: secretName('its password'),
  certificate: Type.Union([Type.Literal('check'), Type.Literal('ignore')], {
    default: 'check',
    description: "Whether the vCenter's certificate is checked.",
  }),
  datacenter: word('Datacenter.'),
  cluster: word('Cluster.'),
  datastore: word('Datastore of the template.'),
  folder: Type.String({ default: 'strata', pattern: '^[^\\s"\\\\]+$', description: 'Folder of the template.' }),
  network: word('Port group of the build machine.'),
  cpus: Type.Integer({ default: 2, minimum: 1, maximum: 64, description: 'CPUs of the template.' }),
  memory: Type.String({ default: '4Gi', pattern: '^[1-9][0-9]*Gi$', description: 'Memory of the template.' }),
};
const Common = Type.Object(vsphereProperties);

/** What both ways have in common. */
export function vsphereCommon(settings: Static<typeof Common>) {
  const { server, user, password, datacenter, cluster, datastore, folder, network, cpus, memory } = settings;
  return {
    format: 'vsphere-template',
    client: 'govc',
    place: {
      kind: 'vsphere',
      server,
      user,
      check: settings.certificate === 'check' ? 'certificate' : 'nothing',
      datacenter,
      folder,
    },
    variables: {
      server,
      user,
      insecure: settings.certificate === 'ignore',
      datacenter,
      cluster,
      datastore,
      folder,
      network,
      cpus,
      memory_mib: Number.parseInt(memory, 10) * 1024,
      export_to: '',
    },
    secrets: { PKR_VAR_password: secretRef(password), GOVC_PASSWORD: secretRef(password) },
  } as const satisfies Partial<TargetPlan>;
}
