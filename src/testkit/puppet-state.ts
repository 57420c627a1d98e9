import type { HttpRequest, HttpResponse, Paths } from '../model/index.js';
import type { PuppetToolInside } from './puppet-tool.js';

/** What a world tells beside its results. */
export type PuppetEmission =
  | { readonly type: 'step-output'; readonly stream: 'out' | 'err'; readonly text: string }
  | { readonly type: 'step-note'; readonly text: string };

/** Whose world it is. */
export interface PuppetScope {
  readonly signal: AbortSignal;
  readonly emit: (event: PuppetEmission) => void;
}

/** One thing a step did to the world, in order. */
export interface Deed {
  /** Member of World that was called. */
  readonly member: string;
  /** What it was called with, as a reader of a failing test wants to see it. */
  readonly what: string;
}

/** A file of the pretended disk; a folder where `body` is absent. */
export interface PuppetFile {
  readonly body?: string;
  readonly mode: number;
}

/** Answers an HTTP request; `undefined` = nothing answers. */
export type HttpAnswer = (request: HttpRequest) => HttpResponse | undefined;

/** The state all views of one puppet world share. */
export interface PuppetState {
  readonly paths: Paths;
  readonly files: Map<string, PuppetFile>;
  readonly secrets: Map<string, string>;
  readonly daemons: Map<string, { readonly pid: number; readonly startedAt: number }>;
  readonly tools: Map<string, PuppetToolInside>;
  readonly http: HttpAnswer[];
  readonly deeds: Deed[];
  /** Tools that were run, found or not. */
  readonly called: Set<string>;
  /** Milliseconds since 1970; `pause` moves it on, nothing else does. */
  nowMs: number;
  nextPid: number;
  /** Deeds left before the pretended process dies; never, where undefined. */
  lives: number | undefined;
  readonly died: PromiseWithResolvers;
}

/** A promise that somebody else resolves. */
export interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}
