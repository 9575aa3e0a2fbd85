import type { Usage } from './cost.ts';
import { DEPLOYED, MEASURED, type PlannedLoad } from './load.ts';
import { CHARACTERS_PER_UNIT, LEAST_UNITS } from './prices.ts';

/** Limits of one request: the API references of Comprehend, DynamoDB and Firehose. */
const DOCUMENTS_PER_CALL = 25;
const DOCUMENT_BYTES = 5_000;
const KEYS_PER_READ = 100;
const ITEMS_PER_WRITE = 25;
const PUT_BYTES = 4 * 1_024 * 1_024;
/** Lambda hands over at most 6 MB, in base64: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
const BATCH_BYTES = (6_000_000 * 3) / 4;
/** Firehose bills by 5 KB; a parcel is 100 KB (aws/lake.ts). */
const ROUNDED_TO_BYTES = 5 * 1_024;
const PARCEL_BYTES = 100_000;
/** The text of a larger one is in the lake only (aws/results-table.ts). */
const LARGEST_ROW_BYTES = 350_000;
/** DynamoDB adds to an item that it keeps: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const ITEM_OVERHEAD_BYTES = 100;
const MONTH_SECONDS = 730 * 3_600;
/** What a call per record waits for its four services, at the median, and how many records at a time. */
const PER_RECORD_WAIT_SECONDS = 0.18;
const PER_RECORD_IN_FLIGHT = 200;
/** The slowest of so many calls takes so much longer than the median, at the latencies of bench/services/latency.ts. */
const SLOWEST_POWER = 0.4;
/** Lambda gives a whole core at this memory: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_GB_OF_A_CORE = 1.769;

/** What 1,000 records take. */
export interface Consumption {
  comprehend_calls: number;
  documents: number;
  /** To DynamoDB and Firehose, the quota's ledger included. */
  requests: number;
  /** How long the consumer works and waits for a batch, the quota being large enough. */
  batch_seconds: number;
  usage: Usage;
}

/** How many records a consumer gets at a time, at that rate of a shard. */
export function batchRecords(load: PlannedLoad, shard_records_per_second: number): number {
  const record_bytes = textBytes(load) + MEASURED.stream_bytes;
  const in_window = shard_records_per_second * DEPLOYED.window_seconds;
  const most = Math.min(DEPLOYED.batch_records, Math.floor(BATCH_BYTES / record_bytes));
  return Math.max(1, Math.min(most, Math.round(in_window)));
}

/**
 * What AuraStream takes for 1,000 records, in batches of so many. Every text that was not seen before is a document; one
 * that was is in the consumer's memory. What is not full of a batch is one more call of its kind.
 */
export function consumptionOf(load: PlannedLoad, batch_records: number): Consumption {
  const batches = 1_000 / batch_records;
  const text_bytes = textBytes(load);
  const fresh = batch_records * (1 - load.repeat_share);
  const documents = fresh * Math.ceil(text_bytes / DOCUMENT_BYTES);
  const calls = load.languages * calledFor(documents / load.languages, DOCUMENTS_PER_CALL);
  const lines_bytes = batch_records * (text_bytes + MEASURED.line_bytes);
  const requests =
    calledFor(fresh, KEYS_PER_READ) +
    calledFor(fresh, ITEMS_PER_WRITE) +
    Math.ceil(batch_records / ITEMS_PER_WRITE) +
    Math.ceil(lines_bytes / PUT_BYTES) +
    Math.ceil(calls / DEPLOYED.slots_per_write);
  const cpu_seconds = (batch_records * cpuMs(text_bytes)) / 1_000_000;
  const batch_seconds =
    cpu_seconds * (MEMORY_GB_OF_A_CORE / DEPLOYED.memory_gb) +
    MEASURED.stores_wait_seconds +
    (calls ** SLOWEST_POWER + calls / DEPLOYED.calls_in_flight) * MEASURED.call_seconds;
  const record_bytes = text_bytes + MEASURED.stream_bytes;
  return {
    comprehend_calls: calls * batches,
    documents: documents * batches,
    requests: requests * batches,
    batch_seconds,
    usage: {
      comprehend_units: 1_000 * (1 - load.repeat_share) * unitsOf(load),
      kinesis_in_bytes: 1_000 * roundedUp(record_bytes, 1_024),
      kinesis_out_bytes: 1_000 * record_bytes,
      dynamodb_read_units: fresh * batches * 0.5,
      // The verdict, in a table of its own; then the result.
      dynamodb_write_units:
        fresh * batches +
        resultWriteUnits(load) +
        Math.ceil(calls / DEPLOYED.slots_per_write) * batches,
      dynamodb_byte_months: keptByteMonths(load),
      firehose_bytes: billedLines(lines_bytes) * batches,
      s3_bytes: lines_bytes * batches,
      // Objects of the lake come by time as well: plan.ts.
      s3_puts: 0,
      lambda_requests: batches,
      lambda_gb_seconds: batch_seconds * batches * DEPLOYED.memory_gb,
    },
  };
}

/** The usual design: language, sentiment, a put and a line, each for itself, for 1,000 records in the same batches. */
export function perRecordUsage(load: PlannedLoad, batch_records: number): Usage {
  const text_bytes = textBytes(load);
  const ours = consumptionOf(load, batch_records).usage;
  const cpu_seconds = (MEASURED.per_record_cpu_ms_per_1000 / 1_000) * MEASURED.slower_cores;
  const rounds = Math.ceil(batch_records / PER_RECORD_IN_FLIGHT) / batch_records;
  const wait_seconds = 1_000 * rounds * PER_RECORD_WAIT_SECONDS;
  return {
    ...ours,
    comprehend_units: 1_000 * 2 * unitsOf(load),
    dynamodb_read_units: 0,
    dynamodb_write_units: resultWriteUnits(load),
    dynamodb_byte_months: rowByteMonths(load),
    firehose_bytes: 1_000 * roundedUp(text_bytes + MEASURED.line_bytes, ROUNDED_TO_BYTES),
    lambda_gb_seconds:
      Math.max(cpu_seconds * (MEMORY_GB_OF_A_CORE / DEPLOYED.memory_gb), wait_seconds) *
      DEPLOYED.memory_gb,
  };
}

/** Of 1,000 records in the table of results: the row, and what the index has of it. */
export function resultWriteUnits(load: PlannedLoad): number {
  return 1_000 * (rowUnits(load) + 1);
}

export function textBytes({ characters, bytes_per_character }: PlannedLoad): number {
  return characters * bytes_per_character;
}

/** Comprehend bills each document by characters. */
function unitsOf(load: PlannedLoad): number {
  const documents = Math.ceil(textBytes(load) / DOCUMENT_BYTES);
  const each = load.characters / documents;
  return documents * Math.max(LEAST_UNITS, Math.ceil(each / CHARACTERS_PER_UNIT));
}

/** Traffic in several languages has texts of one byte a character and of three, and rows of either size. */
function rowUnits({ characters, bytes_per_character, languages }: PlannedLoad): number {
  const unitsAt = (bytes: number) => {
    const kept_bytes = characters * bytes > LARGEST_ROW_BYTES ? 0 : characters * bytes;
    return Math.ceil((kept_bytes + MEASURED.row_bytes) / 1_024);
  };
  if (languages === 1) return unitsAt(bytes_per_character);
  const wide_share = Math.min(1, (bytes_per_character - 1) / 2);
  return wide_share * unitsAt(3) + (1 - wide_share) * unitsAt(1);
}

/** Of 1,000 records: their rows and what the index has of them, and the verdicts. */
function keptByteMonths(load: PlannedLoad): number {
  const verdicts = 1_000 * (1 - load.repeat_share);
  const months = DEPLOYED.cache_ttl_seconds / MONTH_SECONDS;
  return rowByteMonths(load) + verdicts * MEASURED.verdict_bytes * months;
}

function rowByteMonths(load: PlannedLoad): number {
  const text_bytes = textBytes(load) > LARGEST_ROW_BYTES ? 0 : textBytes(load);
  const bytes = text_bytes + MEASURED.row_bytes + MEASURED.index_bytes + 2 * ITEM_OVERHEAD_BYTES;
  return 1_000 * bytes * (DEPLOYED.results_ttl_seconds / MONTH_SECONDS);
}

function cpuMs(text_bytes: number): number {
  const measured = MEASURED.cpu_ms_per_1000 + MEASURED.cpu_ms_per_1000_and_byte * text_bytes;
  return measured * MEASURED.slower_cores;
}

/** Calls for so many at the mean: numbers scatter, so the last call of a batch is half full, and at least there is one. */
function calledFor(count: number, per_call: number): number {
  return Math.max(Math.min(count, 1), count / per_call + (count < per_call ? 0 : 0.5));
}

function billedLines(bytes: number): number {
  const parcels = Math.ceil(bytes / PARCEL_BYTES);
  return parcels * roundedUp(bytes / parcels, ROUNDED_TO_BYTES);
}

function roundedUp(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}
