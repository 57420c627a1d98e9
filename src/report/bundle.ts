import { table, visible } from './cells.js';
import { paintOf, type Style, signsOf } from './style.js';

/** What a bundle says of itself. */
interface About {
  readonly platform: string;
  readonly environment: string;
  readonly release: string;
  readonly created: string;
  readonly expires?: string;
  readonly strata: string;
  readonly missing: readonly string[];
}

interface Item {
  readonly kind: string;
  readonly name: string;
  readonly digest: string;
  readonly files: readonly { readonly path: string; readonly digest: string; readonly size: number }[];
}

/** A bundle as a report shows it. */
interface BundleView {
  readonly about: About;
  readonly root: string;
  readonly items: readonly Item[];
}

/** A bundle that was made. */
export interface CreatedView extends BundleView {
  readonly folder: string;
  readonly signed: boolean;
  readonly copiedBytes: number;
  readonly keptBytes: number;
  readonly volumes?: { readonly volumes: readonly { readonly file: string; readonly size: number }[] };
}

/** A size as people read it. */
export function shownBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** Items of one kind, counted; content that several share is counted once. */
export function byKind(items: readonly Item[]): readonly { kind: string; items: number; files: number; bytes: number }[] {
  const seen = new Set<string>();
  const kinds = new Map<string, { kind: string; items: number; files: number; bytes: number }>();
  for (const { kind, files } of items) {
    const row = kinds.get(kind) ?? { kind, items: 0, files: 0, bytes: 0 };
    row.items += 1;
    for (const { digest, size } of files) {
      row.files += 1;
      if (!seen.has(digest)) row.bytes += size;
      seen.add(digest);
    }
    kinds.set(kind, row);
  }
  return [...kinds.values()];
}

function kindTable(items: readonly Item[]): readonly string[] {
  const rows = byKind(items);
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  return table(
    ['kind', 'items', 'files', 'bytes'],
    [
      ...rows.map(({ kind, items: count, files, bytes }) => [kind, String(count), String(files), shownBytes(bytes)]),
      ['all', String(items.length), String(rows.reduce((sum, { files }) => sum + files, 0)), shownBytes(total)],
    ],
  );
}

function aboutLines({ about, root }: BundleView): readonly string[] {
  return [
    `${visible(about.platform)}-${visible(about.environment)} release ${visible(about.release)}, made ${about.created} by Strata ${visible(about.strata)}`,
    `expires ${about.expires ?? 'never'}`,
    `digest  ${root}`,
  ];
}

const missingLines = ({ missing }: About): readonly string[] =>
  missing.length === 0 ? [] : ['', `Missing (${missing.length}), as was allowed:`, ...missing.map((one) => `  ${visible(one)}`)];

/** What was made, and what is in it. */
export function renderCreated(made: CreatedView, style: Style): string {
  const paint = paintOf(style);
  const volumes = made.volumes?.volumes ?? [];
  const lines = [
    ...kindTable(made.items),
    ...missingLines(made.about),
    '',
    ...aboutLines(made),
    `${paint.green(signsOf(style).done)} ${made.signed ? 'signed' : 'not signed'}, ${shownBytes(made.copiedBytes)} written, ${shownBytes(made.keptBytes)} lay there already`,
    `in ${visible(made.folder)}${volumes.length === 0 ? '' : `, ${volumes.length} volumes`}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A bundle that holds. */
export interface VerifiedView {
  readonly bundle: BundleView;
  readonly trust: 'signed' | 'unsigned';
  readonly fingerprint?: string;
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: number;
}

export function renderVerified(view: VerifiedView, style: Style): string {
  const paint = paintOf(style);
  const { bundle, trust, fingerprint = '' } = view;
  const signature = trust === 'signed' ? `signed by ${fingerprint}` : 'signed by nobody, as was allowed';
  const lines = [
    ...aboutLines(bundle),
    signature,
    ...missingLines(bundle.about),
    `${paint.green(signsOf(style).done)} ${view.files} files with ${shownBytes(view.bytes)} are what the index says, and nothing else lies there`,
    ...(view.leftOut === 0 ? [] : [`${view.leftOut} files are left out: the destination must have them`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What lies in a bundle. */
export interface InspectedView {
  readonly bundle: BundleView;
  readonly trust: 'signed' | 'unsigned';
  readonly hasSignature: boolean;
  readonly bytes: number;
  readonly leftOut: number;
  readonly blobs: readonly { readonly digest: string; readonly size: number }[];
}

export function renderInspected(view: InspectedView): string {
  const { bundle } = view;
  const shown = bundle.items.filter(({ kind }) => kind !== 'sbom');
  const signature =
    view.trust === 'signed' ? 'the signature holds' : view.hasSignature ? 'signed; not checked, for want of a key' : 'not signed';
  const size = ({ files }: Item): string => shownBytes(files.reduce((sum, one) => sum + one.size, 0));
  const lines = [
    ...table(
      ['kind', 'name', 'files', 'bytes'],
      shown.map((item) => [item.kind, visible(item.name), String(item.files.length), size(item)]),
    ),
    '',
    ...kindTable(bundle.items),
    ...missingLines(bundle.about),
    '',
    ...aboutLines(bundle),
    signature,
    `${shownBytes(view.bytes)} in all${view.leftOut === 0 ? '' : `; ${view.leftOut} files are left out: the destination must have them`}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for programs; `root` and `blobs` are what `bundle create --against` reads. */
export const inspectedDocument = ({ bundle, trust, hasSignature, bytes, leftOut, blobs }: InspectedView): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'Bundle',
  root: bundle.root,
  about: bundle.about,
  signature: trust === 'signed' ? 'holds' : hasSignature ? 'not-checked' : 'none',
  bytes,
  leftOut,
  kinds: byKind(bundle.items),
  items: bundle.items.map(({ kind, name, digest, files }) => ({ kind, name, digest, files })),
  blobs,
});

/** How two bundles differ. */
export interface DiffView {
  readonly before: BundleView;
  readonly after: BundleView;
  readonly differences: readonly {
    readonly change: 'added' | 'removed' | 'changed';
    readonly kind: string;
    readonly name: string;
    readonly files: readonly { readonly path: string; readonly change: string }[];
    readonly bytes: number;
  }[];
}

const marks = { added: '+', removed: '-', changed: '~' } as const;
const shownFiles = 5;

export function renderBundleDiff({ before, after, differences }: DiffView, style: Style): string {
  const paint = paintOf(style);
  const color = { added: paint.green, removed: paint.red, changed: (text: string) => text };
  const lines = differences.flatMap(({ change, kind, name, files, bytes }) => [
    color[change](`${marks[change]} ${kind} ${visible(name)}${bytes === 0 ? '' : `  ${shownBytes(bytes)} new`}`),
    ...files.slice(0, shownFiles).map((file) => `    ${file.change} ${visible(file.path)}`),
    ...(files.length > shownFiles ? [`    and ${files.length - shownFiles} more`] : []),
  ]);
  const bytes = differences.reduce((sum, one) => sum + one.bytes, 0);
  return [
    ...lines,
    `${before.about.release} → ${after.about.release}: ${differences.length} items differ, ${shownBytes(bytes)} new`,
    '',
  ].join('\n');
}

/** What was sent to a registry. */
export interface PushedView {
  readonly registry: string;
  readonly reference: string;
  readonly root: string;
  readonly items: number;
  readonly sentBytes: number;
  readonly sentBlobs: number;
  readonly keptBlobs: number;
  readonly unchanged: boolean;
}

export function renderPushed(view: PushedView, style: Style): string {
  const sign = paintOf(style).green(signsOf(style).done);
  if (view.unchanged) return `${sign} ${visible(view.reference)} is there already with all ${view.items} items\n`;
  return `${sign} ${visible(view.reference)}: ${view.items} items, ${view.sentBlobs} blobs with ${shownBytes(view.sentBytes)} sent, ${view.keptBlobs} were there\n${view.root}\n`;
}

/** What a cache was filled with. */
export interface LoadedView {
  readonly platform: string;
  readonly environment: string;
  readonly release: string;
  readonly root: string;
  readonly cache: string;
  readonly trust: 'signed' | 'unsigned';
  readonly items: number;
  readonly placedFiles: number;
  readonly placedBytes: number;
  readonly keptFiles: number;
  /** Programs that this machine itself must provide, and does not. */
  readonly lacking: readonly { readonly name: string; readonly version: string; readonly package: string }[];
  /** Folder of the packages they come in. */
  readonly packages?: string;
}

export function renderLoaded(view: LoadedView, style: Style): string {
  const sign = paintOf(style).green(signsOf(style).done);
  const what = `${visible(view.platform)}-${visible(view.environment)} release ${visible(view.release)}`;
  const lines = [
    `${sign} ${what}: ${view.items} items in ${visible(view.cache)}, ${view.placedFiles} files with ${shownBytes(view.placedBytes)} placed, ${view.keptFiles} were there`,
    ...(view.trust === 'signed' ? [] : ['signed by nobody, as was allowed']),
    view.root,
  ];
  if (view.lacking.length > 0) {
    lines.push('', 'This machine itself lacks:');
    lines.push(...view.lacking.map((one) => `  ${visible(one.name)} ${visible(one.version)}, package ${visible(one.package)}`));
    lines.push(`→ apt-get install --no-install-recommends ${visible(view.packages ?? '')}/*.deb`);
  }
  return `${lines.join('\n')}\n`;
}
