import { type EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';
import { ACCOUNT_ID } from '../../gateway/types.ts';

export function streamNotFound(name: string): EmulatedError {
  return emulatedError(
    'ResourceNotFoundException',
    `Stream ${name} under account ${ACCOUNT_ID} not found.`,
  );
}

export function shardNotFound(shard_id: unknown, stream: string): EmulatedError {
  return emulatedError(
    'ResourceNotFoundException',
    `Could not find shard ${String(shard_id)} in stream ${stream} under account ${ACCOUNT_ID}.`,
  );
}

export const invalidArgument = (message: string): EmulatedError =>
  emulatedError('InvalidArgumentException', message);

export const inUse = (message: string): EmulatedError =>
  emulatedError('ResourceInUseException', message);
