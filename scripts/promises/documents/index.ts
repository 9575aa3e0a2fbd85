import type { DocumentPromises } from '../entry.ts';
import { API } from './api.ts';
import { ARCHITECTURE } from './architecture.ts';
import { FILES } from './files.ts';
import { OPERATIONS } from './operations.ts';
import { PAYLOADS } from './payloads.ts';
import { RELIABILITY } from './reliability.ts';
import { SQL } from './sql.ts';

/** Entries of each document, by the name of the file that contains them. */
export const DOCUMENTS: Record<string, DocumentPromises> = {
  'api.ts': API,
  'files.ts': FILES,
  'operations.ts': OPERATIONS,
  'payloads.ts': PAYLOADS,
  'architecture.ts': ARCHITECTURE,
  'reliability.ts': RELIABILITY,
  'sql.ts': SQL,
};

/** Number of promises that no test here can hold. It may only fall. */
export const UNTESTED_LIMIT = 4;
