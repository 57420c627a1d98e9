import { type Static, Type } from 'typebox';
import { moduleSpec, projectFileSpec, secretSpec, staticSpec } from '../../../terraform/index.js';

/** Kinds of images that machines are made of. */
export const formats = ['vsphere-template'] as const;

const named = (description: string) => Type.String({ description, minLength: 1, maxLength: 80 });

/** Machines on VMware vSphere, cloned from a template. */
export const VsphereSpec = Type.Object(
  {
    vcenter: Type.Object(
      {
        server: Type.String({
          description: 'Host name of the vCenter, with a port where it is not 443.',
          pattern: '^[A-Za-z0-9.-]+(:[0-9]{1,5})?$',
        }),
        user: secretSpec('Secret that holds the user name.', 'vsphere-user'),
        password: secretSpec('Secret that holds the password.', 'vsphere-password'),
        authority: Type.Optional(
          projectFileSpec(
            'Certificate (PEM) beside `platform.yaml` that signed the vCenter’s; the system’s own list where absent.',
          ),
        ),
        timeout: Type.Integer({ description: 'Minutes that one call may take.', minimum: 1, default: 10 }),
      },
      { description: 'The vCenter, and who logs in.', additionalProperties: false },
    ),
    datacenter: named('Name of the datacenter.'),
    cluster: named('Name of the compute cluster.'),
    datastore: named('Name of the datastore of the disks.'),
    network: named('Name of the port group; it is not made.'),
    storagePolicy: Type.Optional(named('Name of the storage policy of the disks; the datastore’s own where absent.')),
    ...moduleSpec,
    ...staticSpec,
    limits: Type.Object(
      {
        cpuMhz: Type.Optional(Type.Integer({ description: 'Megahertz all machines take together at most.', minimum: 1 })),
        memoryMib: Type.Optional(Type.Integer({ description: 'Mebibytes all machines take together at most.', minimum: 1 })),
      },
      { description: 'Upper limits of the resource pool.', additionalProperties: false, default: {} },
    ),
  },
  { additionalProperties: false, description: 'Machines on VMware vSphere, made by Terraform from a template.' },
);

/** The spec, with defaults filled in. */
export type VsphereSpec = Static<typeof VsphereSpec>;
