/**
 * Estimates how many traces X-Ray records per second. Lambda and API Gateway record the first
 * request of each second and 5 % of the others.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
export function estimateTraceRate(requests_per_second: number): number {
  return Math.min(1, requests_per_second) + 0.05 * Math.max(0, requests_per_second - 1);
}
