/** The error of a failed check, which means that the product broke a promise. */
export class Violation extends Error {
  override name = 'Violation';
}
