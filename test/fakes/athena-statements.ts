import type { StatementState, Statements } from '../../insight/keeper/ports.ts';

/** The outcome of a statement of the fake. `polls` is how often it is running before that. */
export interface FakeOutcome {
  polls?: number;
  state?: Exclude<StatementState, 'running'>;
  code?: string;
  columns?: string[];
  rows?: Record<string, unknown>[];
}

/** Creates an Athena whose statements end as `outcomeOf` says. A stopped statement fails. */
export function createFakeStatements(outcomeOf: (sql: string) => FakeOutcome = () => ({})) {
  const started: string[] = [];
  const stopped: string[] = [];
  const left = new Map<string, number>();
  const outcomes = new Map<string, FakeOutcome>();
  const readOutcome = (id: string) => outcomes.get(id) ?? {};
  const statements: Statements = {
    async start(sql) {
      const id = String(started.push(sql) - 1);
      outcomes.set(id, outcomeOf(sql));
      left.set(id, readOutcome(id).polls ?? 0);
      return id;
    },
    async read(id) {
      const polls = left.get(id) ?? 0;
      if (stopped.includes(id)) return { state: 'failed', code: 'CANCELLED' };
      if (polls > 0) {
        left.set(id, polls - 1);
        return { state: 'running' };
      }
      const { state = 'succeeded', code } = readOutcome(id);
      return { state, code };
    },
    async stop(id) {
      stopped.push(id);
    },
    async answer(id) {
      const { columns = [], rows = [] } = readOutcome(id);
      return { columns, rows };
    },
  };
  return { statements, started, stopped };
}
