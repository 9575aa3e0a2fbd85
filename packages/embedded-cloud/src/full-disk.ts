/** Error codes of a full disk and of a used-up disk quota. */
const CODES = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Returns true if an error, or a cause of the error, says that the disk is full. LevelDB says so only
 * in its message.
 *
 * @example
 * process.on('uncaughtException', (error) => {
 *   if (isDiskFull(error)) console.error('The disk is full.');
 *   process.exit(1);
 * });
 */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message, cause } = error as NodeJS.ErrnoException;
  if (code !== undefined && CODES.has(code)) return true;
  return /No space left on device|Disk quota exceeded/i.test(message) || isDiskFull(cause);
}

/**
 * Throws the error again if it says that the disk is full. A service calls this function before it
 * turns an unexpected error into an answer.
 */
export function rethrowDiskFull(error: unknown): void {
  if (isDiskFull(error)) throw error;
}
