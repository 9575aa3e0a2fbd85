/** Who may import whom (docs/architecture.md). Each rule says where the code belongs instead. */
import { readFileSync } from 'node:fs';

/** All rooms, from rooms.json. docs/architecture.md explains the rooms. */
const ROOMS = JSON.parse(readFileSync(new URL('rooms.json', import.meta.url), 'utf8'));
const PRODUCT = Object.keys(ROOMS).filter((name) => ROOMS[name].includes('product'));
const EMBEDDED_CLOUD = 'packages/embedded-cloud';

/** Matches the files of these rooms. */
function rooms(...names) {
  const unknown = names.find((name) => !(name in ROOMS));
  if (unknown !== undefined) throw new Error(`rooms.json has no room ${unknown}`);
  return `^(${names.join('|')})/`;
}

/**
 * Matches the files of all rooms of the product except the named rooms. If a new room is added, the
 * pattern matches the files of the new room too.
 */
function productExcept(...names) {
  rooms(...names);
  return rooms(...PRODUCT.filter((name) => !names.includes(name)));
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one thing, or hide a third: move what both need.',
      severity: 'error',
      from: { pathNot: 'node_modules' },
      to: { circular: true },
    },
    {
      name: 'lib-stands-alone',
      comment:
        'Every room may import lib/, and it runs in browsers: what needs a type or a package of ours lives in a room.',
      severity: 'error',
      from: { path: rooms('lib') },
      to: { pathNot: ['^lib/'] },
    },
    {
      name: 'schemas-stand-alone',
      comment:
        'The vocabulary depends on nothing but zod and node:crypto: what needs more lives in a room.',
      severity: 'error',
      from: { path: rooms('schemas') },
      to: { pathNot: ['^schemas/', 'node_modules/zod/', '^(node:)?crypto$'] },
    },
    {
      name: 'ingest-and-processors-apart',
      comment: 'The record is their only contract: share through schemas/.',
      severity: 'error',
      from: { path: rooms('ingest') },
      to: {
        path: [
          productExcept('ingest', 'schemas', 'lib', 'jobs', 'budgets', 'aws'),
          rooms(EMBEDDED_CLOUD),
        ],
      },
    },
    {
      name: 'processors-apart',
      comment: 'A processor knows the stream and its ports: share through schemas/.',
      severity: 'error',
      from: { path: rooms('processors') },
      to: {
        path: [
          productExcept('processors', 'schemas', 'lib', 'jobs', 'budgets', 'aws'),
          rooms(EMBEDDED_CLOUD),
        ],
      },
    },
    {
      name: 'jobs-below-all',
      comment: 'What a job is, and how far it has come, is for all to use: it knows none of them.',
      severity: 'error',
      from: { path: rooms('jobs') },
      to: { path: [productExcept('jobs', 'schemas', 'lib', 'aws'), rooms(EMBEDDED_CLOUD)] },
    },
    {
      name: 'budgets-below-all',
      comment: 'What a tenant may use is for all to ask: it knows none of them.',
      severity: 'error',
      from: { path: rooms('budgets') },
      to: { path: [productExcept('budgets', 'schemas', 'lib'), rooms(EMBEDDED_CLOUD)] },
    },
    {
      name: 'audit-below-all',
      comment:
        'The trail says who did what: it knows the acts by their names, and none of the rooms that do them.',
      severity: 'error',
      from: { path: rooms('audit') },
      to: { path: [productExcept('audit', 'schemas', 'lib', 'aws'), rooms(EMBEDDED_CLOUD)] },
    },
    {
      name: 'insight-reads-changes',
      comment:
        'Insight follows the changes of the results table, whatever made them: it knows the rows and no room that writes them. It sends alerts as jobs send callbacks.',
      severity: 'error',
      from: { path: rooms('insight') },
      to: {
        path: [
          '^jobs/(?!callbacks/(post|url|delays)\\.ts$)',
          productExcept('insight', 'schemas', 'lib', 'jobs', 'aws'),
          rooms(EMBEDDED_CLOUD),
        ],
      },
    },
    {
      name: 'operations-read-and-publish',
      comment:
        'What an operator does reads what the consumer reads, and publishes as any producer. Of insight, it uses the lake that the keeper keeps, and the wait for it.',
      severity: 'error',
      from: { path: rooms('operations') },
      to: {
        path: [
          '^processors/(?!stream/decode/|privacy/)',
          '^insight/(?!keeper/|reach/)',
          productExcept(
            'operations',
            ...['schemas', 'lib', 'ingest', 'processors', 'jobs', 'audit', 'insight', 'aws'],
          ),
          rooms(EMBEDDED_CLOUD),
        ],
      },
    },
    {
      name: 'rooms-do-not-import-operations',
      comment:
        'Operations serve the command. Only the command and the adapters import them, and the entry point of the API, which replays set-asides (ADR 0105).',
      severity: 'error',
      from: { path: productExcept('operations', 'aws', 'cli'), pathNot: '^api/compose\\.ts$' },
      to: { path: rooms('operations') },
    },
    {
      name: 'client-runs-anywhere',
      comment:
        "The client runs in browsers and in users' programs: it imports schemas/ and lib/ alone, and nothing of Node.",
      severity: 'error',
      from: { path: rooms('client') },
      to: { pathNot: ['^client/', '^lib/', '^schemas/', 'node_modules/zod/'] },
    },
    {
      name: 'dashboard-runs-in-browsers',
      comment:
        'The dashboard is a page of at most 90 KB: it imports the small packages of ADR 0094, types of schemas/, and those files of schemas/ that need no package.',
      severity: 'error',
      from: { path: rooms('dashboard') },
      to: {
        pathNot: [
          '^dashboard/',
          '^lib/',
          '^schemas/(formats|job-status)\\.ts$',
          'node_modules/(preact|@preact|uplot|@tanstack/virtual-core)/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'dashboard-knows-the-answers',
      comment: 'The dashboard reads the API as any caller does: it knows the schemas alone.',
      severity: 'error',
      from: { path: rooms('dashboard') },
      to: { path: productExcept('dashboard', 'schemas', 'lib') },
    },
    {
      name: 'analysis-below-stream',
      comment: 'Analysis serves the stream and the API: it knows neither.',
      severity: 'error',
      from: { path: '^processors/analysis/' },
      to: { path: '^processors/stream/' },
    },
    {
      name: 'privacy-stands-alone',
      comment:
        'The stream, the API and operations mask texts before anything else happens: privacy knows none of them.',
      severity: 'error',
      from: { path: '^processors/privacy/' },
      to: { path: '^processors/(stream|analysis)/' },
    },
    {
      name: 'api-uses-analysis-and-submission',
      comment:
        'The API shares analysis and ingest with the stream, not its consumer. It reads the bytes of a set-aside as the consumer does, and its entry point picks the replay of the command (ADR 0105).',
      severity: 'error',
      from: { path: rooms('api') },
      to: {
        path: [
          '^processors/stream/',
          rooms('client', 'operations', 'infra', 'cli', EMBEDDED_CLOUD),
        ],
        pathNot: [
          '^processors/stream/decode/plain-bytes\\.ts$',
          '^operations/replay-set-aside\\.ts$',
        ],
      },
    },
    {
      name: 'rooms-import-ports-not-adapters',
      comment:
        'Only compose.ts of an entry point picks adapters: declare a port where you need one.',
      severity: 'error',
      from: { path: productExcept('aws', 'cli'), pathNot: '(^|/)compose\\.ts$' },
      to: { path: rooms('aws') },
    },
    {
      name: 'aws-implements-ports',
      comment:
        'An adapter knows its port by type only: logic belongs in the room that declares the port.',
      severity: 'error',
      from: { path: rooms('aws') },
      to: {
        path: productExcept('aws', 'schemas', 'lib'),
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'sdk-only-in-aws',
      comment: 'aws/ is the only room of the product that imports @aws-sdk: add an adapter there.',
      severity: 'error',
      from: { path: productExcept('aws') },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'embedded-cloud-stands-alone',
      comment:
        'The embedded cloud knows a stack by its template and bundles alone, whatever the product: give its tests a fixture, and move a test of the product to test/.',
      severity: 'error',
      from: { path: '^packages/embedded-cloud/' },
      to: {
        pathNot: ['^packages/embedded-cloud/', 'node_modules/'],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'embedded-cloud-by-its-exports',
      comment:
        'The product uses the package by its documented exports: export what you need from src/index.ts or src/testing.ts.',
      severity: 'error',
      from: { pathNot: '^packages/embedded-cloud/' },
      to: { path: '^packages/embedded-cloud/(?!src/(index|testing)\\.ts$)' },
    },
    {
      name: 'infra-names-handlers-by-path',
      comment: 'infra may read the schemas (Glue columns); handlers are bundled from their paths.',
      severity: 'error',
      from: { path: rooms('infra') },
      to: { path: [productExcept('infra', 'schemas', 'lib'), rooms(EMBEDDED_CLOUD)] },
    },
    {
      name: 'chaos-checker-stands-alone',
      comment:
        'The checker judges the product, so shared code could hide a bug: read with an SDK client, and describe what you read in test/chaos/checker/formats.ts.',
      severity: 'error',
      from: { path: '^test/chaos/checker/' },
      to: {
        pathNot: ['^test/chaos/checker/', 'node_modules/(@aws-sdk|zod)/'],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'nothing-imports-tests',
      comment:
        'Tests and benchmarks import anything; nothing but the configuration of tests imports them.',
      severity: 'error',
      from: { pathNot: '(^|/)(test|bench)/|^vitest\\.' },
      to: { path: '(^|/)(test|bench)/' },
    },
  ],
  options: {
    exclude: { path: '(^|/)(dist|cdk\\.out|\\.aurastream|\\.stryker|coverage)/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
