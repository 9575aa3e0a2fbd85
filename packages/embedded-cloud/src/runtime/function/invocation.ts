/** The outcome of one synchronous invocation. */
export type Invocation =
  /** The function returned: `payload` is its value as JSON. */
  | { kind: 'answered'; request_id: string; payload: string }
  /** The function threw, timed out or crashed: `payload` is Lambda's JSON of the error. */
  | { kind: 'failed'; request_id: string; payload: string }
  /** The function was not invoked. */
  | {
      kind: 'refused';
      code: 'TooManyRequestsException' | 'RequestTooLargeException';
      message: string;
    };

/** Lambda's JSON of an error. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}
