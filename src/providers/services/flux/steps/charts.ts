import type { Action, Archive, Digest, ReadWorld, Result, Support } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import type { PublishedTree } from '../sync.js';
import { type Piece, publishedPiece, publishPiece } from './publish.js';

/** Charts that no registry or repository serves, and where they are to be. */
export interface ChartsWant {
  readonly support: Support;
  readonly component: string;
  /** Name in the registry. */
  readonly name: string;
  readonly charts: readonly Archive[];
}

/** A chart where the cluster can fetch it. */
export interface PublishedChart {
  /** Of its package. */
  readonly name: string;
  readonly chart: PublishedTree;
}

/** Charts that are served. */
export interface ChartsThere {
  readonly charts: readonly PublishedChart[];
}

const pieceOf = ({ support, component, name }: ChartsWant, chart: Archive): Piece => ({
  support,
  name,
  tag: `${component}-chart-${chart.name}`,
  archive: chart.digest as Digest, // made by the packing of the chart
  size: chart.size,
});

async function there(want: ChartsWant, r: ReadWorld): Promise<Result<ChartsThere>> {
  const charts: PublishedChart[] = [];
  for (const chart of want.charts) {
    const found = await publishedPiece(pieceOf(want, chart), r);
    if (!found.ok) return found;
    if (found.value !== undefined) charts.push({ name: chart.name, chart: found.value });
  }
  return ok({ charts });
}

const isThere = (got: ChartsThere | undefined, { name }: Archive): boolean =>
  got?.charts.some((one) => one.name === name) ?? false;

/** The charts of releases are in the environment's registry, each as an artefact of its own. */
export const publishCharts: Action<ChartsWant, ChartsThere> = {
  async observe(want, r) {
    const found = await there(want, r);
    return found.ok && found.value.charts.length === 0 ? ok(undefined) : found;
  },
  diff: (want, got) =>
    want.charts.filter((chart) => !isThere(got, chart)).map(({ name, digest }) => ({ what: `chart of ${name}`, to: digest })),
  async apply(want, got, w) {
    for (const chart of want.charts.filter((one) => !isThere(got, one))) {
      const sent = await publishPiece(pieceOf(want, chart), chart.file, w);
      if (!sent.ok) return sent;
    }
    return there(want, w);
  },
  async verify(_want, got) {
    return [{ claim: `The registry serves the charts of ${got.charts.map(({ name }) => name).join(', ')}`, verdict: 'pass' }];
  },
};
