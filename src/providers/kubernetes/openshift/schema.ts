import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';

/*
 * What the installer takes of its two files, as far as we write them: it reads them strictly, so a field of another name is
 * an error. Written after pkg/types/installconfig.go, pkg/types/machinepools.go, pkg/types/baremetal/{platform,rootdevice}.go,
 * pkg/types/external/platform.go and pkg/types/agent/agent_config_type.go of https://github.com/openshift/installer;
 * rules of the agent-based installer after pkg/asset/agent/{installconfig,agentconfig}.go there.
 */

const strict = <T extends Record<string, TSchema>>(members: T) => Type.Object(members, { additionalProperties: false });
const cidr = Type.String({ pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$' });
const ip = Type.String({ pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}$' });
const name = Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 54 });
const optional = Type.Optional;

const Pool = (role: 'master' | 'worker') =>
  strict({
    name: Type.Literal(role),
    replicas: Type.Integer(role === 'master' ? { minimum: 1, maximum: 5 } : { minimum: 0 }),
    architecture: Type.Union(['amd64', 'arm64', 'ppc64le', 's390x'].map((one) => Type.Literal(one))),
    hyperthreading: optional(Type.Union([Type.Literal('Enabled'), Type.Literal('Disabled')])),
    platform: optional(strict({})),
  });

/** install-config.yaml. */
export const InstallConfig = strict({
  apiVersion: Type.Literal('v1'),
  metadata: strict({ name }),
  baseDomain: Type.String({ pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' }),
  controlPlane: Pool('master'),
  compute: Type.Array(Pool('worker'), { maxItems: 1 }),
  networking: strict({
    networkType: Type.Literal('OVNKubernetes'),
    machineNetwork: Type.Array(strict({ cidr }), { minItems: 1 }),
    clusterNetwork: Type.Array(strict({ cidr, hostPrefix: Type.Integer({ minimum: 1, maximum: 32 }) }), { minItems: 1 }),
    serviceNetwork: Type.Array(cidr, { minItems: 1, maxItems: 1 }),
  }),
  platform: Type.Union([
    strict({ none: strict({}) }),
    strict({
      external: strict({ platformName: Type.String({ minLength: 1 }), cloudControllerManager: optional(Type.String()) }),
    }),
    strict({
      baremetal: strict({
        apiVIPs: Type.Array(ip, { minItems: 1, maxItems: 2 }),
        ingressVIPs: Type.Array(ip, { minItems: 1, maxItems: 2 }),
      }),
    }),
  ]),
  pullSecret: Type.String({ minLength: 1 }),
  sshKey: optional(Type.String()),
  publish: optional(Type.Union([Type.Literal('External'), Type.Literal('Internal')])),
  fips: optional(Type.Boolean()),
  proxy: optional(
    strict({ httpProxy: optional(Type.String()), httpsProxy: optional(Type.String()), noProxy: optional(Type.String()) }),
  ),
  additionalTrustBundle: optional(Type.String({ pattern: '-----BEGIN CERTIFICATE-----' })),
  additionalTrustBundlePolicy: optional(Type.Union([Type.Literal('Proxyonly'), Type.Literal('Always')])),
  imageDigestSources: optional(
    Type.Array(
      strict({
        source: Type.String({ minLength: 1 }),
        mirrors: Type.Array(Type.String()),
        sourcePolicy: optional(Type.String()),
      }),
    ),
  ),
  capabilities: optional(
    strict({
      baselineCapabilitySet: optional(Type.String()),
      additionalEnabledCapabilities: optional(Type.Array(Type.String())),
    }),
  ),
});

/** agent-config.yaml. */
export const AgentConfig = strict({
  apiVersion: Type.Union([Type.Literal('v1beta1'), Type.Literal('v1alpha1')]),
  kind: Type.Literal('AgentConfig'),
  metadata: strict({ name }),
  rendezvousIP: ip,
  additionalNTPSources: optional(Type.Array(Type.String())),
  bootArtifactsBaseURL: optional(Type.String()),
  minimalISO: optional(Type.Boolean()),
  hosts: optional(
    Type.Array(
      strict({
        hostname: optional(Type.String()),
        role: optional(Type.Union([Type.Literal('master'), Type.Literal('worker')])),
        rootDeviceHints: optional(
          strict({
            deviceName: optional(Type.String({ pattern: '^/dev/' })),
            hctl: optional(Type.String()),
            model: optional(Type.String()),
            vendor: optional(Type.String()),
            serialNumber: optional(Type.String()),
            minSizeGigabytes: optional(Type.Integer()),
            wwn: optional(Type.String()),
            rotational: optional(Type.Boolean()),
          }),
        ),
        interfaces: Type.Array(strict({ name: Type.String(), macAddress: Type.String() }), { minItems: 1 }),
        networkConfig: optional(Type.Record(Type.String(), Type.Unknown())),
      }),
    ),
  ),
});

/** Where a document is not what the installer takes; one line each. */
export function misfits(schema: TSchema, document: unknown): readonly string[] {
  return [...Value.Errors(schema, document)].map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`);
}
