/** How the functions are bundled, in the terms of esbuild: the benchmark bundles what it compares them with the same. */
export const BUNDLING = {
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  /** CommonJS dependencies inside an ES module still call require(). */
  banner:
    "import { createRequire as auraCreateRequire } from 'node:module'; const require = auraCreateRequire(import.meta.url);",
};
