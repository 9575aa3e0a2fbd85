import type { Source } from '../source.ts';

/** The sources that come with the product. The code of a source is loaded when it is used. */
export const SOURCES: Readonly<Record<string, () => Promise<Source>>> = {
  bluesky: async () => (await import('./bluesky/source.ts')).bluesky,
  rss: async () => (await import('./rss/source.ts')).rss,
};
