/** The error that a check throws if the product broke a promise. */
export class Violation extends Error {
  override name = 'Violation';
}
