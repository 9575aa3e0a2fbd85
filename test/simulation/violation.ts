/** A promise that did not hold. */
export class Violation extends Error {
  override name = 'Violation';
}
