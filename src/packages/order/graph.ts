import type { Diagnostic } from '../../model/index.js';
import { declaredContradicted, orderCycle } from './errors.js';
import type { Edge } from './model.js';
import { compare } from './read.js';

type Links = ReadonlyMap<string, ReadonlySet<string>>;

/** Who must be ready before whom. */
export function linksOf(edges: readonly Edge[]): Map<string, Set<string>> {
  const links = new Map<string, Set<string>>();
  for (const { before, after } of edges) {
    const known = links.get(after);
    if (known === undefined) links.set(after, new Set([before]));
    else known.add(before);
  }
  return links;
}

/** The firm edges, and of the others those that close no cycle, taken in their order. */
export function settleEdges(edges: readonly Edge[]): readonly Edge[] {
  const links = linksOf(edges.filter((edge) => edge.firm));
  const kept = new Set<Edge>(edges.filter((edge) => edge.firm));
  for (const edge of edges) {
    if (edge.firm) continue;
    const known = links.get(edge.after);
    if (known?.has(edge.before) !== true && reaches(links, edge.before, edge.after)) continue;
    kept.add(edge);
    if (known === undefined) links.set(edge.after, new Set([edge.before]));
    else known.add(edge.before);
  }
  return edges.filter((edge) => kept.has(edge));
}

/** Whether `from` waits for `goal`, directly or not. */
function reaches(links: Links, from: string, goal: string): boolean {
  const seen = new Set([from]);
  const open = [from];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    if (here === goal) return true;
    for (const next of links.get(here) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}

/** Names in an order in which each comes after all that it waits for; those in a cycle, and after one, are left out. */
export function sortNames(names: readonly string[], links: Links): readonly string[] {
  const left = new Map(names.map((name) => [name, links.get(name)?.size ?? 0]));
  const waiting = reversed(links);
  const sorted: string[] = [];
  const release = (done: string): readonly string[] =>
    (waiting.get(done) ?? []).filter((one) => {
      const count = (left.get(one) ?? 0) - 1;
      left.set(one, count);
      return count === 0;
    });
  for (let ready = names.filter((name) => left.get(name) === 0); ready.length > 0; ) {
    ready = [...ready].sort(compare);
    sorted.push(...ready);
    ready = ready.flatMap(release);
  }
  return sorted;
}

function reversed(links: Links): ReadonlyMap<string, readonly string[]> {
  const waiting = new Map<string, string[]>();
  for (const [after, befores] of links)
    for (const before of befores) {
      const known = waiting.get(before);
      if (known === undefined) waiting.set(before, [after]);
      else known.push(after);
    }
  return waiting;
}

/** One finding per ring of packages that wait for each other. */
export function ringProblems(names: readonly string[], edges: readonly Edge[]): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  let open = edges;
  for (;;) {
    const ring = shortestRing(names, linksOf(open));
    if (ring === undefined) return problems;
    const inRing = ring.map((after, i) => pairEdges(open, ring[(i + 1) % ring.length] ?? after, after));
    const chosen = inRing.flatMap((all) => all.find((edge) => edge.reason !== 'declared') ?? all[0] ?? []);
    const declared = chosen.filter((edge) => edge.reason === 'declared');
    const isContradicted = declared.length > 0 && declared.length < chosen.length;
    problems.push(isContradicted ? declaredContradicted(declared, chosen) : orderCycle([...ring].sort(compare), chosen));
    const broken = new Set((declared.length > 0 ? declared : chosen).map((edge) => `${edge.before}\0${edge.after}`));
    open = open.filter((edge) => !broken.has(`${edge.before}\0${edge.after}`));
  }
}

const pairEdges = (edges: readonly Edge[], before: string, after: string): readonly Edge[] =>
  edges.filter((edge) => edge.before === before && edge.after === after);

/** The shortest ring, the one with the first name where there are several. */
function shortestRing(names: readonly string[], links: Links): readonly string[] | undefined {
  const clear = new Set(sortNames(names, links));
  let best: readonly string[] | undefined;
  for (const name of names.filter((one) => !clear.has(one)).sort(compare)) {
    const ring = ringFrom(name, links);
    if (ring !== undefined && (best === undefined || ring.length < best.length)) best = ring;
    if (best?.length === 2) return best;
  }
  return best;
}

function ringFrom(start: string, links: Links): readonly string[] | undefined {
  const from = new Map<string, string>();
  let open = [start];
  while (open.length > 0) {
    const next: string[] = [];
    for (const here of open)
      for (const one of [...(links.get(here) ?? [])].sort(compare)) {
        if (one === start) return wayBack(start, here, from);
        if (from.has(one)) continue;
        from.set(one, here);
        next.push(one);
      }
    open = next;
  }
  return undefined;
}

function wayBack(start: string, last: string, from: ReadonlyMap<string, string>): readonly string[] {
  const way = [last];
  for (let here = last; here !== start; ) {
    here = from.get(here) ?? start;
    way.push(here);
  }
  return way.reverse();
}
