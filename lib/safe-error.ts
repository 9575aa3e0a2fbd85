/** The parts of an unexpected error that a log may contain. */
export interface SafeError {
  error_name: string;
  /** The lines of the stack trace that have the form `at function (file:line:column)`. */
  frames: string[];
}

/**
 * Describes an error without its message, because the message of an unexpected error may quote a
 * user's text. No log may contain a user's text. The message is removed from the stack trace before
 * the frames are parsed, because a line of the message may look like a frame.
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
