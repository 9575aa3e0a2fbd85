/** The error of a check that failed: the product broke a promise. */
export class Violation extends Error {
  override name = 'Violation';
}
