/** What a stand-in says. */
export interface Answer {
  /** Absent: 200. */
  status?: number;
  body: object;
  /** What is billed. */
  usage?: Record<string, number>;
}
