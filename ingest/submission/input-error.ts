import type { JobError } from '../../schemas/index.ts';
import { EmptyFileError, UnreadableFileError } from '../sources/file-error.ts';
import { InputChangedError } from './ports.ts';

/**
 * The error of a job whose input cannot be used, or has too many records. A retry would not help. The job becomes FAILED
 * with the code and the message of this error.
 */
export class UnusableInputError extends Error {
  override name = 'UnusableInputError';
  readonly code: JobError['code'];
  readonly figures: JobError['figures'];

  constructor(code: JobError['code'], message: string, figures?: JobError['figures']) {
    super(message);
    this.code = code;
    this.figures = figures;
  }
}

/**
 * Translates an error into the reason why the job becomes FAILED. Returns undefined if the error
 * does not make the job fail, because a retry may succeed.
 */
export function toJobError(error: unknown): JobError | undefined {
  if (error instanceof UnusableInputError) {
    const { code, message, figures } = error;
    return { code, message, ...(figures === undefined ? {} : { figures }) };
  }
  if (error instanceof InputChangedError) {
    const message = 'The file was replaced or deleted while it was read; submit the job again';
    return { code: 'INPUT_CHANGED', message };
  }
  if (error instanceof EmptyFileError) {
    return { code: 'INPUT_EMPTY', message: 'The input has no records' };
  }
  if (error instanceof UnreadableFileError) {
    return { code: 'INPUT_UNREADABLE', message: error.message.replace('\n', ' ') };
  }
  return undefined;
}
