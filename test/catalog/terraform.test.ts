// Modules of the catalog against today's schema of their providers, as names: an argument or block that is not there, or one
// that is missing, is told with file and line. Recorded by scripts/record-terraform-schema.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { proves } from '../../src/testkit/index.js';
import { type Block, blocksOf } from '../support/terraform-blocks.js';

interface Members {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly blocks: Readonly<Record<string, Members & { readonly required?: unknown }>>;
}

const here = dirname(fileURLToPath(import.meta.url));
const catalog = join(here, '../../catalog/terraform');
// Arguments that Terraform itself gives to every resource.
const common = new Set(['count', 'for_each', 'provider', 'depends_on']);
const commonBlocks = new Set(['lifecycle', 'timeouts', 'provisioner', 'connection']);

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(join(here, 'terraform-schema', `${name}.json`), 'utf8')) as {
    readonly origin: { readonly provider: string };
    readonly resources: Readonly<Record<string, Members>>;
  };

/** What does not fit, each with its place. */
function misfits(block: Block, members: Members, where: string): readonly string[] {
  const at = `${where}:${block.line} ${[block.kind, ...block.labels].join(' ')}`;
  const known = new Set([...members.required, ...members.optional, ...Object.keys(members.blocks)]);
  const given = new Set([...block.arguments, ...block.blocks.map(({ kind }) => kind)]);
  return [
    ...block.arguments.filter((name) => !known.has(name) && !common.has(name)).map((name) => `${at}: no argument ${name}`),
    ...members.required.filter((name) => !given.has(name)).map((name) => `${at}: ${name} is missing`),
    ...block.blocks
      .filter(({ kind }) => !commonBlocks.has(kind))
      .flatMap((one) => {
        const inner = members.blocks[one.kind];
        return inner === undefined ? [`${at}: no block ${one.kind}`] : misfits(one, inner, where);
      }),
  ];
}

function misfitsOf(module: string, resources: Readonly<Record<string, Members>>): readonly string[] {
  const folder = join(catalog, module);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tf'))
    .flatMap((file) =>
      blocksOf(readFileSync(join(folder, file), 'utf8'))
        .filter(({ kind, labels }) => (kind === 'resource' || kind === 'data') && labels[0] !== 'terraform_data')
        .flatMap((block) => {
          const name = `${block.kind === 'data' ? 'data.' : ''}${block.labels[0]}`;
          const members = resources[name];
          return members === undefined ? [`${file}:${block.line}: ${name} is not recorded`] : misfits(block, members, file);
        }),
    );
}

describe('arguments of the modules', () => {
  test('aws: all are those of the newest provider as well as of the one that is built', () => {
    const { origin, resources } = schemaOf('aws');
    expect(misfitsOf('aws', resources)).toEqual([]);
    proves({ provider: 'infrastructure/terraform-aws', level: 'rendered', what: `arguments as in ${origin.provider}` });
  });
  test('azure: all are those of the provider', () => {
    const { origin, resources } = schemaOf('azurerm');
    expect(misfitsOf('azure', resources)).toEqual([]);
    proves({ provider: 'infrastructure/terraform-azure', level: 'rendered', what: `arguments as in ${origin.provider}` });
  });
  test('vsphere: all are those of the newest provider as well as of the one that is built', () => {
    const { origin, resources } = schemaOf('vsphere');
    expect(misfitsOf('vsphere', resources)).toEqual([]);
    proves({ provider: 'infrastructure/terraform-vsphere', level: 'rendered', what: `arguments as in ${origin.provider}` });
  });
  test('a wrong argument, a missing one and an unknown block are told with their line', () => {
    const [block] = blocksOf(
      'resource "azurerm_lb" "x" {\n  name = "x"\n  colour = {\n    a = 1\n  }\n\n  dynamic "glow" {\n    for_each = [1]\n\n    content {\n      x = 1\n    }\n  }\n}\n',
    );
    const { resources } = schemaOf('azurerm');
    expect(misfits(block as Block, resources['azurerm_lb'] as Members, 'x.tf')).toEqual([
      'x.tf:1 resource azurerm_lb x: no argument colour',
      'x.tf:1 resource azurerm_lb x: location is missing',
      'x.tf:1 resource azurerm_lb x: resource_group_name is missing',
      'x.tf:1 resource azurerm_lb x: no block glow',
    ]);
  });
});
