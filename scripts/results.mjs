// What the results of a test run say of the providers: docs/providers.md and docs/contracts/*. Never written by hand:
// a page that differs from what the tests showed fails the run, and `npm run accept` writes it anew.
import { readFileSync } from 'node:fs';
import { settle } from './generated.mjs';
import { source } from './source.mjs';

const layers = ['image', 'infrastructure', 'kubernetes', 'services', 'applications'];
const levels = ['real', 'simulator', 'puppet', 'rendered'];
const heads = {
  real: 'ran for real',
  simulator: 'real tool, simulated target',
  puppet: 'played tool, whole runs',
  rendered: 'rendered',
};

/** Every test of vitest's JSON reports. */
export const testsOf = (reports) =>
  reports.flatMap((path) => JSON.parse(readFileSync(path, 'utf8')).testResults.flatMap((file) => file.assertionResults));

/** Passed proofs by provider and level. */
function proofsOf(tests) {
  const byProvider = new Map();
  for (const { status, meta } of tests) {
    if (status !== 'passed') continue;
    for (const { provider, level, what } of meta?.proofs ?? []) {
      const known = byProvider.get(provider) ?? new Map(levels.map((one) => [one, new Set()]));
      known.get(level).add(what);
      byProvider.set(provider, known);
    }
  }
  return byProvider;
}

const cell = (set) => (set.size === 0 ? '–' : [...set].sort().join('; ').replaceAll('|', '\\|'));

function providerTable(tests, providers) {
  const proofs = proofsOf(tests);
  const none = new Map(levels.map((one) => [one, new Set()]));
  const rows = providers.map(({ layer, id, facts }) => {
    const shown = proofs.get(`${layer}/${id}`) ?? none;
    return `| ${layer} | [\`${id}\`](../src/providers/${layer}/${id}/readme.md) | ${facts.title} | ${levels.map((level) => cell(shown.get(level))).join(' | ')} |`;
  });
  return `# Providers, and how far each was proven

Made from the results of the test run (\`.ci/run\`), not by hand: a cell holds what passed tests state. What is only in the last two columns has not met the product itself.

| layer | provider | what it is | ${levels.map((level) => heads[level]).join(' | ')} |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

const contractTitle = /^contract of ([a-z]+)\/([a-z0-9-]+)$/;
const ruleTitle = /^\((\d+)\) (.+)$/;

/** `✔`, or why not, by provider and rule. */
function contractsOf(tests) {
  const byProvider = new Map();
  for (const { ancestorTitles, title, status } of tests) {
    const [, layer, id] = contractTitle.exec(ancestorTitles[0] ?? '') ?? [];
    const [, number, text] = ruleTitle.exec(title) ?? [];
    if (layer === undefined || number === undefined) continue;
    const name = `${layer}/${id}`;
    const rules = byProvider.get(name) ?? new Map();
    // A provider may be tested twice, with and without a played machine: what passed in one counts.
    if (status === 'passed') rules.set(number, '✔');
    else if (rules.get(number) !== '✔') rules.set(number, status === 'failed' ? '✘' : text);
    byProvider.set(name, rules);
  }
  return byProvider;
}

function contractPage(layer, ids, contracts, rules) {
  const reasons = [];
  const rows = Object.entries(rules).map(([number, text]) => {
    const cells = ids.map((id) => {
      const said = contracts.get(`${layer}/${id}`)?.get(number);
      if (said === undefined) return 'not run';
      if (said === '✔' || said === '✘') return said;
      reasons.push(`- \`${id}\`, rule ${number}: ${said.startsWith(`${text}: `) ? said.slice(text.length + 2) : said}`);
      return 'deviates';
    });
    return `| ${number} | ${text} | ${cells.join(' | ')} |`;
  });
  return `# Contract of layer ${layer}

Every provider of the layer is tested with the same suite, \`src/testkit/contract.ts\`. Made from the results of the test run.

| rule | | ${ids.map((id) => `\`${id}\``).join(' | ')} |
|---|---|${ids.map(() => '---|').join('')}
${rows.join('\n')}
${reasons.length === 0 ? '' : `\nDeviations, with their reasons:\n\n${[...new Set(reasons)].join('\n')}\n`}`;
}

/** Writes the pages, or (with --check) says which differ. `whole` = the end-to-end runs were part of it. */
export async function settleResults(reports, { whole }) {
  const tests = testsOf(reports);
  const { providers } = await source('src/providers/registry.ts');
  const { contractRules } = await source('src/testkit/contract-rules.ts');
  const contracts = contractsOf(tests);
  const pages = layers.map((layer) => [
    `docs/contracts/${layer}.md`,
    contractPage(
      layer,
      providers.filter((one) => one.layer === layer).map(({ id }) => id),
      contracts,
      contractRules,
    ),
  ]);
  settle(new Map(pages), { folder: 'docs/contracts' });
  if (whole) settle(new Map([['docs/providers.md', providerTable(tests, providers)]]));
}
