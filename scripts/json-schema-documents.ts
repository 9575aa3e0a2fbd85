import * as z from 'zod';
import {
  ANALYZERS,
  asyncRequestSchema,
  asyncResponseSchema,
  batchResponseSchema,
  callbackBodySchema,
  createAnalyzeSchemas,
  errorResponseSchema,
  healthResponseSchema,
  jobResultsQuerySchema,
  jobResultsResponseSchema,
  jobsQuerySchema,
  jobsResponseSchema,
  jobViewSchema,
  readyResponseSchema,
  recordSchema,
  recordsRequestSchema,
  recordsResponseSchema,
  resultSchema,
  resultsQuerySchema,
  resultsResponseSchema,
  setAsideSchema,
  statsQuerySchema,
  statsResponseSchema,
  statusResponseSchema,
  syncResponseSchema,
} from '../schemas/index.ts';

/** Lists what the HTTP API takes and answers, and what it sends to a callback URL. */
function listHttpSchemas() {
  const analyze = createAnalyzeSchemas(ANALYZERS.comprehend.languages);
  const requests = {
    AnalyzeRequest: analyze.sync,
    BatchRequest: analyze.batch,
    JobRequest: asyncRequestSchema,
    RecordsRequest: recordsRequestSchema,
    JobsQuery: jobsQuerySchema,
    JobResultsQuery: jobResultsQuerySchema,
    ResultsQuery: resultsQuerySchema,
    StatsQuery: statsQuerySchema,
  };
  const responses = {
    AnalyzeResponse: syncResponseSchema,
    BatchResponse: batchResponseSchema,
    JobResponse: asyncResponseSchema,
    Job: jobViewSchema,
    JobStatus: statusResponseSchema,
    JobsResponse: jobsResponseSchema,
    JobResultsResponse: jobResultsResponseSchema,
    RecordsResponse: recordsResponseSchema,
    ResultsResponse: resultsResponseSchema,
    StatsResponse: statsResponseSchema,
    HealthResponse: healthResponseSchema,
    ReadyResponse: readyResponseSchema,
    ErrorResponse: errorResponseSchema,
    Callback: callbackBodySchema,
  };
  const convert = (schemas: Record<string, z.ZodType>, io: 'input' | 'output') =>
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _, ...definition } = z.toJSONSchema(schema, { io });
      return [name, definition];
    });
  return Object.fromEntries([...convert(requests, 'input'), ...convert(responses, 'output')]);
}

/** Builds the JSON Schemas that programs in other languages can use, by the names of their files. */
export function buildJsonSchemas(): Record<string, object> {
  return {
    'record.v1.schema.json': {
      title: 'AuraStream record, version 1',
      ...z.toJSONSchema(recordSchema, { io: 'input' }),
    },
    'result.v1.schema.json': {
      title: 'AuraStream result, version 1',
      ...z.toJSONSchema(resultSchema),
    },
    'set-aside.v1.schema.json': {
      title: 'AuraStream set-aside, version 1',
      ...z.toJSONSchema(setAsideSchema),
    },
    'http.v1.schema.json': {
      title: 'AuraStream HTTP API, version 1: what it takes and answers',
      $defs: listHttpSchemas(),
    },
  };
}
