/** The owner and the source of records. */
export interface SourceName {
  tenant: string;
  source: string;
}

/** Reads the table `results` of the lake. Each method throws a {@link ServiceError} if a call fails. */
export interface SourceRecords {
  /**
   * Yields the ids of the records of a source that are not withdrawn, and that were accepted before a
   * time in epoch milliseconds.
   */
  list(source: SourceName, accepted_before: number): AsyncIterable<string>;
}
