import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleCommand } from './bundle-command.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the bundle of `aurastream`. */
    command: string;
  }
}

/** Bundles `aurastream` once for all test files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-command-'));
  project.provide('command', await bundleCommand(folder));
  return () => rm(folder, { recursive: true, force: true });
}
