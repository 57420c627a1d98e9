import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Result } from '../model/index.js';
import { err, ok } from '../model/index.js';
import type { TerraformOutputs } from '../tools/terraform/index.js';
import { nodesMissing, outputsWrong } from './errors.js';

const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const NodeOutput = Type.Object({
  name: Type.String({ description: 'Host name of the machine.' }),
  role: Type.Union([Type.Literal('control-plane'), Type.Literal('worker')], { description: 'What runs on it.' }),
  address: Type.String({ description: 'IPv4 address the other machines reach it at.' }),
  ssh: Type.Object(
    {
      host: Type.String({ description: 'Address its SSH server is reached at, through the bastion where there is one.' }),
      user: Type.String({ description: 'User who may become root with sudo.' }),
      port: optional(Type.Integer()),
    },
    { description: 'How it is reached over SSH.' },
  ),
});

/** What every module of `catalog/terraform` gives out, whichever the cloud: the names of its `output` blocks. */
export const ModuleOutputs = Type.Object({
  nodes: Type.Array(NodeOutput, { description: 'The machines.' }),
  api: Type.String({ description: '`host:port` of the API endpoint.', pattern: '^[A-Za-z0-9.-]+:[0-9]+$' }),
  bastion: optional(
    Type.Object(
      { address: Type.String(), user: Type.String(), port: optional(Type.Integer()) },
      { description: 'The machine that SSH goes through.' },
    ),
  ),
  domain: Type.String({ description: 'DNS domain of the machines.' }),
  load_balancers: optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), { description: 'Addresses by use: api, ingress.' }),
  ),
  storage: optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Buckets, datastores and volumes by use.' })),
  dns: optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Zone and name servers.' })),
});

/** One machine as the module tells of it. */
export type NodeOutput = Static<typeof NodeOutput>;

/** The outputs of a module. */
export type ModuleOutputs = Static<typeof ModuleOutputs>;

/** Checks what `terraform output -json` said; sensitive outputs are left where they are. */
export function readOutputs(raw: TerraformOutputs, machines: readonly string[]): Result<ModuleOutputs> {
  const values = Object.fromEntries(
    Object.entries(raw)
      .filter(([, { sensitive }]) => sensitive !== true)
      .map(([name, { value }]) => [name, value]),
  );
  if (!Value.Check(ModuleOutputs, values)) {
    const [first] = Value.Errors(ModuleOutputs, values);
    return err(outputsWrong(`${first?.instancePath || '/'} ${first?.message ?? 'is of another form'}`));
  }
  const there = new Set(values.nodes.map(({ name }) => name));
  const missing = machines.filter((name) => !there.has(name));
  return missing.length > 0 ? err(nodesMissing(missing)) : ok(Value.Clean(ModuleOutputs, values) as ModuleOutputs); // checked above
}
