/** The outcome of one synchronous invocation. */
export type Invocation =
  /** The function returned a value. The `payload` is the value in JSON. */
  | { kind: 'answered'; request_id: string; payload: string }
  /** The function has streamed its whole response, and the parts were taken. */
  | { kind: 'streamed'; request_id: string; payload: string }
  /**
   * The function threw an error, timed out or crashed. The `payload` is the error in Lambda's JSON
   * format.
   */
  | { kind: 'failed'; request_id: string; payload: string }
  /** The function was not invoked, because a limit was exceeded. */
  | {
      kind: 'refused';
      code:
        | 'TooManyRequestsException'
        | 'RequestTooLargeException'
        | 'RecursiveInvocationException';
      message: string;
    };

/** An error in Lambda's JSON format. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}
