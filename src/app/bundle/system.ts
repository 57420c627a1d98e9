import { type Static, Type } from 'typebox';

/** Where a bundle lists the programs that machines themselves provide. */
export const systemList = { item: 'this-machine', path: 'bundle/programs.json' } as const;

export const SystemProgramsShape = Type.Object({
  programs: Type.Array(Type.Object({ name: Type.String(), version: Type.String(), package: Type.String() }), {
    maxItems: 1000,
  }),
});

/** A program of the system, with the Debian package it comes in. */
export type SystemProgram = Static<typeof SystemProgramsShape>['programs'][number];
