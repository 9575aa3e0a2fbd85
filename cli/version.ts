import { createRequire } from 'node:module';

/** Constant that is defined only in the bundle of the npm package, which is in another folder. */
declare const AURASTREAM_VERSION: string | undefined;

/** Returns the version of the package. */
export function readVersion(): string {
  if (typeof AURASTREAM_VERSION !== 'undefined') return AURASTREAM_VERSION;
  return createRequire(import.meta.url)('../package.json').version;
}
