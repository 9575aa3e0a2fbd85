import type { z } from 'zod';
import type { statsQuerySchema } from '../schemas/index.ts';

/** What statistics are asked for, by one tenant. */
export type StatsQuery = z.output<typeof statsQuerySchema> & { tenant: string };

/** A query's answer, row by row. */
export type QuerySql = (sql: string) => Promise<{ rows: Record<string, unknown>[] }>;
