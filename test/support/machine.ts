import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHost } from '../../src/host/index.js';
import type { World } from '../../src/model/index.js';

/** A real world over folders of its own; nothing outside them changes. */
export interface TestMachine {
  readonly root: string;
  readonly w: World;
  readonly notes: readonly string[];
  /** Writes a file below `root`; `mode` makes it a program. */
  put(path: string, text: string, mode?: number): Promise<string>;
  /** Puts a program first on the world's search path. */
  program(name: string, script: string): Promise<string>;
  close(): Promise<void>;
}

/** What a machine is given from outside. */
export interface TestMachineOptions {
  /** A catalog to use instead of an empty one. */
  readonly catalog?: string;
  /** Finds programs that `program` did not put there. */
  readonly locate?: (tool: string, w: World) => Promise<string | undefined>;
}

/** Makes one; the world finds what `program` put there first. */
export async function testMachine(options: TestMachineOptions = {}): Promise<TestMachine> {
  const root = await mkdtemp(join(tmpdir(), 'strata-machine-'));
  const paths = {
    cache: join(root, 'cache'),
    state: join(root, 'state'),
    catalog: options.catalog ?? join(root, 'home', 'catalog'),
    project: join(root, 'project'),
  };
  for (const path of Object.values(paths)) await mkdir(path, { recursive: true });
  await mkdir(join(root, 'bin'));
  const programs = new Map<string, string>();
  const host = await createHost({
    paths,
    locate: async (tool): Promise<string | undefined> => programs.get(tool) ?? options.locate?.(tool, w),
  });
  const notes: string[] = [];
  const w: World = host.world({
    signal: new AbortController().signal,
    emit: (event) => {
      if (event.type === 'step-note') notes.push(event.text);
    },
  });
  const put = async (path: string, text: string, mode = 0o644): Promise<string> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  };
  return {
    root,
    w,
    notes,
    put,
    async program(name, script) {
      const file = await put(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
      programs.set(name, file);
      return file;
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}

/** A server on loopback. */
export interface TestServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** Serves on a free port; `seen` lists `METHOD path` of every request. */
export async function testServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    address: `127.0.0.1:${address.port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
