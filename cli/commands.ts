import type { Command } from 'commander';

/** A command of `aurastream`. Its code is loaded only if the command runs. */
export interface CommandEntry {
  name: string;
  /** Stands in the overview, and in the help of the command. */
  description: string;
  /** @param loadProgram creates the program with the options of all commands. */
  load: (loadProgram: () => Promise<Command>) => Promise<Command>;
}

/**
 * The commands in the order of the overview. Loading them all takes 0.3 s of CPU time, most of it for
 * the AWS SDK and zod, so the overview must do without. See docs/adr/0098-command-line.md.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'ingest',
    description: 'publish the records of a file on the bulk stream',
    load: async () => (await import('./commands/ingest.ts')).ingestCommand(),
  },
  {
    name: 'connect',
    description: 'publish the texts of a live source, such as Bluesky, and follow its deletions',
    load: async () => (await import('./commands/connect.ts')).connectCommand(),
  },
  {
    name: 'query',
    description: 'run SQL over the lake',
    load: async () => (await import('./commands/query.ts')).queryCommand(),
  },
  {
    name: 'undo',
    description: 'take back what an ingest, a job or another undo has changed',
    load: async () => (await import('./commands/undo.ts')).undoCommand(),
  },
  {
    name: 'results',
    description: 'read results from the results table',
    load: async () => (await import('./commands/results.ts')).resultsCommand(),
  },
  {
    name: 'tail',
    description: 'print results as they arrive, until Ctrl-C',
    load: async () => (await import('./commands/tail.ts')).tailCommand(),
  },
  {
    name: 'stats',
    description: 'draw the counts of GET /stats: the series as sparklines, a breakdown as bars',
    load: async () => (await import('./commands/stats.ts')).statsCommand(),
  },
  {
    name: 'counts',
    description: 'compare the counts of GET /stats with the results table, and repair them',
    load: async () => (await import('./commands/counts.ts')).countsCommand(),
  },
  {
    name: 'set-aside',
    description: 'show records that could not be processed, and put them back on the stream',
    load: async () => (await import('./commands/set-aside.ts')).setAsideCommand(),
  },
  {
    name: 'redrive',
    description: 'list batches that Lambda gave up on, and put them back on the stream',
    load: async () => (await import('./commands/redrive.ts')).redriveCommand(),
  },
  {
    name: 'replay',
    description: 'analyse the records of a time again, with the current analyzer',
    load: async () => (await import('./commands/replay.ts')).replayCommand(),
  },
  {
    name: 'analyze',
    description: 'analyse one text now',
    load: async () => (await import('./commands/analyze.ts')).analyzeCommand(),
  },
  {
    name: 'job',
    description: 'analyse files as jobs, with progress',
    load: async () => (await import('./commands/job.ts')).jobCommand(),
  },
  {
    name: 'alerts',
    description: 'report records that match a filter to webhooks, Slack and Teams',
    load: async () => (await import('./commands/alerts.ts')).alertsCommand(),
  },
  {
    name: 'digests',
    description: 'send or show what changed in a day or a week against the one before',
    load: async () => (await import('./commands/digests.ts')).digestsCommand(),
  },
  {
    name: 'budget',
    description: 'show how much of its budget the tenant of the API key has used this month',
    load: async () => (await import('./commands/budget.ts')).budgetCommand(),
  },
  {
    name: 'erase',
    description: 'erase records from every store, and sign a report of it',
    load: async () => (await import('./commands/erase.ts')).eraseCommand(),
  },
  {
    name: 'export',
    description: 'write everything that is held on some records, as lines of JSON',
    load: async () => (await import('./commands/export.ts')).exportCommand(),
  },
  {
    name: 'privacy',
    description: 'show what is kept, where and how long; verify reports of erasures',
    load: async () => (await import('./commands/privacy.ts')).privacyCommand(),
  },
  {
    name: 'keys',
    description: 'manage the API keys of tenants',
    load: async () => (await import('./commands/keys.ts')).keysCommand(),
  },
  {
    name: 'audit',
    description: 'show who did what, and prove that the audit trail was not changed',
    load: async () => (await import('./commands/audit.ts')).auditCommand(),
  },
  {
    name: 'login',
    description: 'store the address and the key of a deployment under a name, for --target',
    load: async () => (await import('./commands/login.ts')).loginCommand(),
  },
  {
    name: 'targets',
    description: 'list and remove the deployments that login has stored',
    load: async () => (await import('./commands/targets.ts')).targetsCommand(),
  },
  {
    name: 'open',
    description: 'open the dashboard or the documentation of the API in the browser',
    load: async () => (await import('./commands/open.ts')).openCommand(),
  },
  {
    name: 'doctor',
    description: 'look for what keeps commands from working, and say what to do',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  {
    name: 'completion',
    description: 'print a script that lets bash, zsh or fish complete commands and options',
    load: async (loadProgram) =>
      (await import('./commands/completion.ts')).completionCommand(loadProgram),
  },
  {
    name: 'plan',
    description: 'estimate what a load takes and costs, what of it cannot work, and what would',
    load: async () => (await import('./commands/plan.ts')).planCommand(),
  },
];
