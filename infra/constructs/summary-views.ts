import type { aws_glue as glue } from 'aws-cdk-lib';
import type { GlueColumn } from '../../schemas/glue.ts';
import { createView } from './history-view.ts';

/** A period of time, and the SQL that finds the period of a result. */
interface Period {
  name: string;
  column: GlueColumn;
  sql: string;
}

/**
 * The hour is the one of `created_at`. The day and the week are those of the column `day`, so that a
 * condition on `day` makes Athena read only these days.
 */
const PERIODS: Period[] = [
  {
    name: 'results_by_hour',
    column: {
      name: 'hour',
      type: 'timestamp',
      comment: 'Start of the hour of created_at, in UTC.',
    },
    sql: "date_trunc('hour', created_at)",
  },
  {
    name: 'results_by_day',
    column: { name: 'day', type: 'date', comment: 'Day of first_created_at, in UTC.' },
    sql: 'day',
  },
  {
    name: 'results_by_week',
    column: {
      name: 'week',
      type: 'date',
      comment: 'Monday of the week of first_created_at, in UTC.',
    },
    sql: "date_trunc('week', day)",
  },
];

/** The columns by which the rows of a view are grouped, after the period. */
const GROUPS: GlueColumn[] = ['tenant', 'source', 'language_code'].map((name) => ({
  name,
  type: 'string',
}));

/** The measures of a group, with their SQL. */
const MEASURES: (GlueColumn & { sql: string })[] = [
  { name: 'texts', type: 'bigint', comment: 'Texts with a verdict.', sql: 'count(*)' },
  ...['positive', 'negative', 'neutral', 'mixed'].map((name) => ({
    ...{ name, type: 'bigint', comment: `Texts that are ${name}.` },
    sql: `count_if(sentiment = '${name.toUpperCase()}')`,
  })),
  ...['positive', 'negative'].map((name) => ({
    ...{ name: `mean_${name}`, type: 'double', comment: `Mean of scores.${name}.` },
    sql: `avg(scores.${name})`,
  })),
];

/**
 * Defines the views `results_by_hour`, `results_by_day` and `results_by_week`, which count the texts
 * with a verdict. They read the table `results`, which the keeper creates.
 */
export function createSummaryViews(database: string): glue.CfnTable.TableInputProperty[] {
  return PERIODS.map(({ name, column, sql }) => {
    const day: GlueColumn[] = name === 'results_by_hour' ? [{ name: 'day', type: 'date' }] : [];
    const groups = [...day, ...GROUPS];
    const list = [
      `${sql} AS ${column.name}`,
      ...groups.map((group) => group.name),
      ...MEASURES.map((measure) => `${measure.sql} AS ${measure.name}`),
    ];
    const places = [column, ...groups].map((_, i) => i + 1).join(', ');
    return createView(database, {
      name,
      description: `Number of texts by ${column.name}, source, language and sentiment.`,
      columns: [column, ...groups, ...MEASURES.map(({ sql: _, ...measure }) => measure)],
      sql: `SELECT ${list.join(', ')} FROM ${database}.results WHERE status = 'analyzed' GROUP BY ${places}`,
    });
  });
}

/** Turns the name of a view into the id of its construct, such as `ResultsByDay`. */
export function toConstructId(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
