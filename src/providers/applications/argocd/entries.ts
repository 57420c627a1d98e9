import { load } from 'js-yaml';
import type { Kit, Tree } from '../../../model/index.js';
import { applicationKind, member, text } from '../../../tools/argocd/index.js';
import { entryFile } from './steps/umbrella.js';

/** One folder of the project that is an application. */
export interface Entry {
  readonly name: string;
  /** What is wrong with its `application.yaml`, as the end of a sentence; empty where nothing is. */
  readonly problem: string;
}

/** Applications of the project's folder: every folder in it that has an entry file, sorted. */
export function readEntries(kit: Kit, folder: Tree): readonly Entry[] {
  return kit.names(folder).flatMap((name) => {
    const body = kit.text(kit.project(`${folder.path}/${name}/${entryFile}`));
    return body === '' ? [] : [{ name, problem: problemOf(name, body) }];
  });
}

function problemOf(folder: string, body: string): string {
  let entry: unknown;
  try {
    entry = load(body);
  } catch (error) {
    return `is not YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`;
  }
  const kind = `${text(entry, 'apiVersion') ?? 'nothing'} ${text(entry, 'kind') ?? 'nothing'}`;
  const wanted = `${applicationKind.apiVersion} ${applicationKind.kind}`;
  if (kind !== wanted) return `is ${kind}, not ${wanted}`;
  const name = text(entry, 'metadata', 'name');
  if (name !== folder) return `is named ${name ?? 'nothing'}, its folder ${folder}`;
  return member(entry, 'spec') === undefined ? 'has no spec' : '';
}
