/** Limits of one response of a download. */
export interface DownloadLimits {
  /** Number of bytes after which the download ends at the next row. */
  bytes: number;
  /** Time after which the download ends at the next row. */
  milliseconds: number;
}

/**
 * The limits of a Lambda function are 200 MB and 15 minutes. A row has at most 3 MB, and the rest is
 * for what is compressed but not sent yet.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const DOWNLOAD_LIMITS: DownloadLimits = { bytes: 190_000_000, milliseconds: 14 * 60_000 };
