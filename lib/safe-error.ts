/** What a log may say about an unexpected error. */
export interface SafeError {
  error_name: string;
  /** The stack's lines, `at function (file:line:column)`. */
  frames: string[];
}

/**
 * Describes an error without its message: the message of an unexpected error may quote a user's text, which no log may
 * contain. The message is cut off before the frames are read, since one of its lines may look like a frame.
 */
export function describeSafely(error: unknown): SafeError {
  if (!(error instanceof Error)) return { error_name: typeof error, frames: [] };
  const { name, message, stack = '' } = error;
  const start = stack.indexOf(message);
  const below_message = start === -1 ? '' : stack.slice(start + message.length);
  return { error_name: name, frames: below_message.split('\n').filter(isFrame) };
}

function isFrame(line: string): boolean {
  return /^\s+at /.test(line);
}
