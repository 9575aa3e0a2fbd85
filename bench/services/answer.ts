/** An emulated service's response. */
export interface Answer {
  /** Absent: 200. */
  status?: number;
  body: object;
  /** The usage that AWS would bill. */
  usage?: Record<string, number>;
}
