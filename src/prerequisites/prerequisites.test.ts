// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of the data files.
import { describe, expect, it } from 'vitest';
import type { Prerequisite } from '../model/index.js';
import { evaluate, type Facts, own, readData, schedule } from './index.js';
import { EntryFile, type OwnerFile } from './schema.js';

const at = { file: 'catalog/prerequisites/infrastructure/cloud.yaml', line: 1, column: 1 };
const facts = (more: Partial<Facts> = {}): Facts => ({
  component: 'infrastructure/machines',
  platform: 'shop',
  environment: 'production',
  spec: { region: 'north', type: 'large', dns: undefined, zones: ['a', 'b'] },
  machines: [
    { name: 'cp-1', role: 'control-plane' },
    { name: 'w-1', role: 'worker' },
    { name: 'w-2', role: 'worker' },
  ],
  situation: 'new-account',
  module: () => ['resource "cloud_machine" "all" {\n}\ndata "cloud_image" "node" {}\n  resource "not_at_the_start" "x" {}\n'],
  table: () => ({
    kind: 'Actions',
    source: 'https://cloud.example/actions',
    resources: { cloud_machine: ['m:Run', 'm:End', 'm:List'], 'data.cloud_image': ['i:List', 'm:List'] },
  }),
  ...more,
});
const file = (items: EntryFile['items'], tables?: EntryFile['tables']): EntryFile => ({
  kind: 'Prerequisites',
  items,
  ...(tables && { tables }),
});
const entry = (id: string, more: Partial<EntryFile['items'][number]> = {}): EntryFile['items'][number] => ({
  id,
  kind: 'quota',
  what: 'what',
  why: 'why',
  ...more,
});

describe('entries', () => {
  it('are filled in, counted, and listed for each machine', () => {
    const data = file(
      [
        entry('cpus', {
          what: 'Processors in ${spec.region} for ${environment}',
          number: {
            sum: [
              { count: 'machines', each: { table: 'cpus', by: 'spec.type' } },
              { count: 'spec.zones', each: 2 },
              { count: 1 },
            ],
            unit: 'vCPU',
          },
          forEach: { of: 'workers', item: '${each.name} as ${each.role}' },
        }),
      ],
      { cpus: { large: 8 } },
    );
    expect(evaluate(data, facts(), at)).toEqual({
      problems: [],
      stated: [
        {
          id: 'infrastructure/machines/cpus',
          kind: 'quota',
          what: 'Processors in north for production',
          why: 'why',
          items: ['w-1 as worker', 'w-2 as worker'],
          number: { value: 3 * 8 + 2 * 2 + 1, unit: 'vCPU' },
          for: 'infrastructure/machines',
          after: [],
        },
      ],
    });
  });
  it('count only in their situation, and where the definition says so', () => {
    const data = file([
      entry('here', { situations: ['new-account'] }),
      entry('elsewhere', { situations: ['air-gapped'] }),
      entry('zones', { when: 'spec.zones', after: ['here', 'elsewhere'] }),
      entry('dns', { when: 'spec.dns' }),
      entry('no-dns', { unless: 'spec.dns' }),
    ]);
    const { stated } = evaluate(data, facts(), at);
    expect(stated.map(({ id }) => id.split('/')[2])).toEqual(['here', 'zones', 'no-dns']);
    expect(stated[1]?.after).toEqual(['infrastructure/machines/here']);
  });
  it('hold by a value, by another value, and all of a list together', () => {
    const data = file([
      entry('north', { when: 'spec.region=north' }),
      entry('south', { when: 'spec.region=south' }),
      entry('not-south', { when: 'spec.region!=south' }),
      entry('both', { when: ['spec.region=north', 'spec.zones'] }),
      entry('not-both', { when: ['spec.region=north', 'spec.dns'] }),
      entry('unless-value', { unless: 'spec.region=north' }),
    ]);
    expect(evaluate(data, facts(), at).stated.map(({ id }) => id.split('/')[2])).toEqual(['north', 'not-south', 'both']);
  });
  it('count terms by a path, by a row with a star, and only where they hold', () => {
    const sum = [
      { count: 'workers', each: 'spec.disk' },
      { count: 1, each: { table: 'cpus', by: 'spec.type' } },
      { count: 100, when: 'spec.dns' },
      { count: 1000, unless: 'spec.zones' },
    ];
    const data = file([entry('all', { number: { sum, unit: 'x' } })], { cpus: { 'b.large': 64, '*.xlarge': 4, '*.large': 2 } });
    const spec = { type: 'a.large', disk: 10, zones: ['a'] };
    expect(evaluate(data, facts({ spec }), at)).toMatchObject({ problems: [], stated: [{ number: { value: 2 * 10 + 2 } }] });
    const exact = evaluate(data, facts({ spec: { ...spec, type: 'b.large' } }), at);
    expect(exact.stated[0]?.number?.value).toBe(2 * 10 + 64);
    const unknown = evaluate(data, facts({ spec: { ...spec, type: 'large' } }), at);
    expect(unknown.problems.map(({ message }) => message)).toEqual([expect.stringContaining('tables.cpus.large')]);
  });
  it('leave an item out that is about something absent', () => {
    const data = file([entry('a', { what: 'in ${spec.dns?}!', items: ['zone ${spec.dns?}', 'type ${spec.type?}', 'always'] })]);
    expect(evaluate(data, facts(), at)).toMatchObject({
      problems: [],
      stated: [{ what: 'in !', items: ['type large', 'always'] }],
    });
  });
  it('ask for no action of what is not made here', () => {
    const actions = { module: 'm', table: 't', when: { cloud_machine: 'spec.dns' } };
    expect(evaluate(file([entry('a', { actions })]), facts(), at).stated[0]?.items).toEqual(['i:List', 'm:List']);
  });
  it('list the actions of what a module makes and looks at, each once', () => {
    const { stated, problems } = evaluate(file([entry('actions', { actions: { module: 'm', table: 't' } })]), facts(), at);
    expect(problems).toEqual([]);
    expect(stated[0]?.items).toEqual(['i:List', 'm:End', 'm:List', 'm:Run']);
  });
  it.each([
    [
      'PREREQ-ACTIONS-UNKNOWN',
      entry('a', { actions: { module: 'm', table: 't' } }),
      { module: () => ['resource "cloud_new" "x" {}'] },
      'cloud_new',
    ],
    ['PREREQ-PATH-UNKNOWN', entry('a', { what: 'in ${spec.regoin}' }), {}, 'spec.regoin'],
    ['PREREQ-PATH-UNKNOWN', entry('a', { number: { sum: [{ count: 'spec.region' }], unit: 'x' } }), {}, 'spec.region'],
  ] as const)('say %s', (code, one, more, named) => {
    const { problems } = evaluate(file([one]), facts(more), at);
    expect(problems).toMatchObject([{ code, where: at, message: expect.stringContaining(named) }]);
  });
});

describe('a data file', () => {
  it('that cannot be used is told with its place', () => {
    const text = 'kind: Prerequisites\nitems:\n  - id: a\n    kind: qouta\n    what: x\n    why: y\n';
    const read = readData(EntryFile, text, 'a.yaml');
    expect(read).toMatchObject({ ok: false, error: [{ code: 'PREREQ-DATA-INVALID', where: { file: 'a.yaml', line: 4 } }] });
  });
});

const one = (id: string, leadDays: number, more: Partial<Prerequisite> = {}): Prerequisite => ({
  id,
  kind: 'quota',
  what: id,
  why: '',
  items: [],
  for: 'x',
  owner: 'cloud',
  leadDays,
  after: [],
  met: false,
  ...more,
});

describe('dates', () => {
  // 2026-11-20 is a Friday.
  const from = { start: '2026-11-20', holidays: ['2026-11-24'] };
  it('pass over weekends and holidays, and follow the longest way', () => {
    const done = schedule([one('a', 2), one('b', 3, { after: ['a'] }), one('c', 1)], from);
    expect(done).toMatchObject({
      ok: true,
      value: {
        ready: '2026-11-30',
        critical: ['a', 'b'],
        items: [
          { id: 'a', ask: '2026-11-20', expect: '2026-11-25' },
          { id: 'b', ask: '2026-11-25', expect: '2026-11-30' },
          { id: 'c', ask: '2026-11-20', expect: '2026-11-23' },
        ],
      },
    });
  });
  it('do not wait for what is there', () => {
    expect(schedule([one('a', 9, { met: true }), one('b', 1, { after: ['a'] })], from)).toMatchObject({
      ok: true,
      value: { ready: '2026-11-23', critical: ['b'] },
    });
    expect(schedule([one('a', 9, { met: true })], from)).toMatchObject({
      ok: true,
      value: { ready: '2026-11-20', critical: [] },
    });
  });
  it('cannot be given to what waits for itself', () => {
    expect(schedule([one('a', 1, { after: ['b'] }), one('b', 1, { after: ['a'] })], from)).toMatchObject({
      ok: false,
      error: { code: 'PREREQ-CYCLE', message: 'These wait for each other: a → b → a.' },
    });
  });
});

describe('owners', () => {
  const catalog: OwnerFile = {
    kind: 'PrerequisiteOwners',
    owners: { cloud: { title: 'Cloud team' } },
    kinds: {
      account: { owner: 'cloud', leadDays: 5 },
      quota: { owner: 'cloud', leadDays: { 'new-account': 3 }, after: ['account'] },
    },
  };
  it('grant by kind, after what must be there first, and as the user says otherwise', () => {
    const { stated } = evaluate(file([entry('account', { kind: 'account' }), entry('cpus')]), facts(), at);
    const owned = own(
      stated,
      { catalog, own: { met: ['infrastructure/machines/account'], kinds: { quota: { owner: 'desk', leadDays: 9 } } } },
      'new-account',
    );
    expect(owned.map(({ owner, leadDays, after, met }) => ({ owner, leadDays, after, met }))).toEqual([
      { owner: 'cloud', leadDays: 5, after: [], met: true },
      { owner: 'desk', leadDays: 9, after: [], met: false },
    ]);
    expect(own(stated, { catalog, own: {} }, 'new-account')[1]).toMatchObject({
      leadDays: 3,
      after: ['infrastructure/machines/account'],
    });
  });
});
