import { isObject } from '../../../gateway/json-protocol.ts';
import { emulatedError } from '../../../gateway/level-emulator.ts';
import { ACCOUNT_ID, REGION } from '../../../gateway/types.ts';
import type { LogStream } from '../../stream-log/types.ts';
import type { TableDescription } from '../store.ts';

const VIEW_TYPES = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;

/** The fields of a table's stream, beside its shards. */
export interface TableStream {
  table: string;
  /** The creation time of the stream in ISO 8601, which is the last part of the stream's ARN. */
  label: string;
  view_type: (typeof VIEW_TYPES)[number];
  key_schema: TableDescription['KeySchema'];
  /**
   * Time at which the stream was disabled, in epoch milliseconds. The records of a disabled stream
   * are readable for 24 hours.
   */
  disabled_at?: number;
}

export type LoggedStream = LogStream<TableStream>;

const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/`;

/**
 * Label of the streams of a template's tables. On AWS, the label is the time of creation. Here it is
 * constant, so that the ARN of the stream is known before the table is created.
 */
export const TEMPLATE_LABEL = '2026-01-01T00:00:00.000';

export const nameStream = (table: string, label: string): string => `${table}/stream/${label}`;

/** Returns the ARN of a stream. The end of the ARN is the id of the stream in the log. */
export const buildStreamArn = (stream_id: string): string => `${TABLE_ARN}${stream_id}`;

/** Returns the id of a stream. @returns undefined if the value is not the ARN of a stream */
export function readStreamArn(arn: unknown): string | undefined {
  if (typeof arn !== 'string' || !arn.startsWith(TABLE_ARN)) return undefined;
  return arn.slice(TABLE_ARN.length);
}

/**
 * Reads the StreamSpecification of CreateTable or UpdateTable.
 * @returns the view type, or `off` if the stream is disabled, or undefined if there is none
 * @throws {EmulatedError} ValidationException
 */
export function readSpecification(
  specification: unknown,
): TableStream['view_type'] | 'off' | undefined {
  if (specification === undefined || specification === null) return undefined;
  const { StreamEnabled, StreamViewType } = isObject(specification) ? specification : {};
  if (typeof StreamEnabled !== 'boolean') {
    throw emulatedError(
      'ValidationException',
      "1 validation error detected: Value null at 'streamSpecification.streamEnabled' failed to satisfy constraint: Member must not be null",
    );
  }
  if (!StreamEnabled) {
    if (StreamViewType === undefined || StreamViewType === null) return 'off';
    throw emulatedError(
      'ValidationException',
      'One or more parameter values were invalid: StreamViewType cannot be specified when StreamEnabled is false',
    );
  }
  const view_type = VIEW_TYPES.find((name) => name === StreamViewType);
  if (view_type !== undefined) return view_type;
  throw emulatedError(
    'ValidationException',
    `1 validation error detected: Value at 'streamSpecification.streamViewType' failed to satisfy constraint: Member must satisfy enum value set: [${VIEW_TYPES.join(', ')}]`,
  );
}

/** Returns the fields of DescribeTable that describe the table's last stream. */
export function describeTableStream(stream: LoggedStream | undefined): object {
  if (stream === undefined) return {};
  const { label, view_type, disabled_at } = stream.details;
  return {
    LatestStreamLabel: label,
    LatestStreamArn: buildStreamArn(stream.id),
    ...(disabled_at === undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: view_type },
    }),
  };
}
