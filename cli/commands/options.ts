import { InvalidArgumentError } from 'commander';
import { slug } from '../../schemas/index.ts';

export function aSlug(value: string): string {
  if (slug.safeParse(value).success) return value;
  throw new InvalidArgumentError('Use 1 to 64 of a-z, 0-9, _ and -.');
}
