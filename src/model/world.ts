import type { Digest } from './ids.js';
import type { Result } from './result.js';
import type { Secret, SecretRef } from './secret.js';

/** An argument that becomes the path of the 0600 file holding a secret. */
export interface SecretPath {
  readonly $secretPath: string;
  /** Text around it, with `{}` where the path goes; the path alone where absent. */
  readonly within?: string;
}

/** One external command: argv only, never a shell string. */
export interface Command {
  /** Name in the toolchain, or of an executable on PATH. */
  readonly tool: string;
  readonly args: readonly (string | SecretPath)[];
  /** Added to a minimal environment (PATH, HOME, LANG=C.UTF-8, TZ=UTC); a SecretRef becomes its value at spawn. */
  readonly env?: Readonly<Record<string, string | SecretRef>>;
  readonly stdin?: string | SecretRef;
  readonly cwd?: string;
  /** Milliseconds; 60 000 where absent. The process group is killed at the deadline. */
  readonly deadlineMs?: number;
  /** Streams output lines as `step-output` events; off for machine-read output. */
  readonly stream?: true;
}

/** What a command said. A non-zero code is not yet a failure: only `tools/` may judge it. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A long-lived process that outlives Strata, found again by its name alone. */
export interface Daemon {
  /** Unique in the environment, e.g. `machine-cp-1`. */
  readonly name: string;
  readonly tool: string;
  readonly args: readonly (string | SecretPath)[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A running process; `startedAt` (clock ticks since boot) tells it from a later one with the same pid. */
export interface ProcessRef {
  readonly pid: number;
  readonly startedAt: number;
}

/** What lies at a path. */
export interface FileStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  /** Permission bits only. */
  readonly mode: number;
  readonly modifiedMs: number;
}

/** Folders a step may use; all absolute. */
export interface Paths {
  /** Survives `destroy`; content-addressed; safe to delete. */
  readonly cache: string;
  /** This environment's own folder; removed by `destroy`. */
  readonly state: string;
  /** Strata's own catalog of data. */
  readonly catalog: string;
  /** The folder of the user's `platform.yaml`. */
  readonly project: string;
}

/** One HTTP exchange; plain HTTP or a custom authority. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or a file to stream, or a part of one. */
  readonly body?: string | { readonly file: string; readonly offset?: number; readonly length?: number };
  /** PEM; trusts exactly this authority. */
  readonly ca?: string;
  /** Streams the body of a 2xx answer to this file, fsynced, instead of into `HttpResponse.body`; `World.request` only. */
  readonly into?: string;
  readonly deadlineMs?: number;
}

/** Header names are lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Eyes without hands: all that `observe`, `verify` and `plan` get. */
export interface ReadWorld {
  readonly paths: Paths;
  readonly signal: AbortSignal;
  /** Runs a command that changes nothing. */
  query(cmd: Command): Promise<Result<Output>>;
  /** Text of a file; `undefined` where there is none. */
  read(path: string): Promise<Result<string | undefined>>;
  stat(path: string): Promise<FileStat | undefined>;
  /** Names in a directory, sorted; empty where there is none. */
  list(path: string): Promise<readonly string[]>;
  /** Digest of a file's bytes, or of a tree (sorted paths, modes and bytes); `undefined` where there is none. */
  digest(path: string): Promise<Digest | undefined>;
  /** A GET or HEAD; failure of kind `network` where nothing answers. */
  get(
    request: Omit<HttpRequest, 'method' | 'body' | 'into'> & { readonly method?: 'GET' | 'HEAD' },
  ): Promise<Result<HttpResponse>>;
  /** The daemon of this environment with that name, if it runs. */
  daemon(name: string): Promise<ProcessRef | undefined>;
  /** Absolute path of a toolchain executable, or of one on PATH. */
  locate(tool: string): Promise<string | undefined>;
  /** Whether a secret is kept. */
  holds(ref: SecretRef): Promise<boolean>;
  now(): Date;
  /** Waits; ends early when `signal` aborts. */
  pause(ms: number): Promise<void>;
  /** A line for the user; becomes an event. There is no logger. */
  note(message: string): void;
}

/** Eyes and hands: all that `apply` and `remove` get. */
export interface World extends ReadWorld {
  change(cmd: Command): Promise<Result<Output>>;
  /** Starts a daemon detached from Strata, its output in `<state>/log/<name>.log`; returns the running one where there is one. */
  start(daemon: Daemon): Promise<Result<ProcessRef>>;
  /** TERM (or `signal`), then KILL after `graceMs` (10 000), for a daemon and all its descendants; absent = success. */
  end(name: string, options?: { readonly graceMs?: number; readonly signal?: number }): Promise<Result<void>>;
  /** Atomic: temporary file, fsync, rename. Makes parent folders. Mode 0644 where absent. */
  write(path: string, body: string, mode?: number): Promise<Result<void>>;
  makeDirectory(path: string, mode?: number): Promise<Result<void>>;
  /** Recursive; refuses a path outside `paths.state` and `paths.cache`; absent = success. */
  remove(path: string): Promise<Result<void>>;
  rename(from: string, to: string): Promise<Result<void>>;
  request(request: HttpRequest): Promise<Result<HttpResponse>>;
  /** Keeps a secret (0600); replaces an older one. */
  keep(ref: SecretRef, value: string): Promise<Result<void>>;
  reveal(ref: SecretRef): Promise<Result<Secret>>;
}
