/** Response of an emulated service. */
export interface Answer {
  /** HTTP status; 200 if absent. */
  status?: number;
  body: object;
  /** Usage that AWS would bill for the call, by unit. */
  usage?: Record<string, number>;
}
