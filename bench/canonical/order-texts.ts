import { createRandom, type Random } from '../../test/support/random.ts';

const STARTS = ['My order', 'The parcel', 'Ticket', 'Your invoice', 'Booking'];
const MIDDLES = [
  'came late and the box was torn',
  'has not arrived, and I get no answer',
  'arrived a day early, thank you',
  'is wrong again',
  'was refunded at once, great service',
  'had two items missing',
  'looks lovely',
  'is still open after 3 weeks',
];
const ENDS = ['.', ' Please help.', ' I give it 1 star.', ' I give it 5 stars.', ' Thanks!'];

/**
 * Generates messages of customers. Nine of ten are one of 200 sentences with an id of their own: an
 * order number, a code, a UUID or a hash. The others have a sentence and a short number. The same seed
 * gives the same texts.
 */
export function generateOrderTexts({ seed, texts }: { seed: number; texts: number }): string[] {
  const random = createRandom(seed);
  return Array.from({ length: texts }, () => {
    const id = random.int(10) === 0 ? String(random.int(1_000)) : drawId(random);
    return `${random.pick(STARTS)} ${id} ${random.pick(MIDDLES)}.${random.pick(ENDS)}`;
  });
}

/** Draws an id as shops and help desks write them. */
export function drawId(random: Random): string {
  const digits = (length: number) =>
    Array.from({ length }, (_, i) => random.int(i === 0 ? 9 : 10) + (i === 0 ? 1 : 0)).join('');
  const hex = (length: number) =>
    Array.from({ length }, () => random.int(16).toString(16)).join('');
  const forms = [
    () => `#${digits(5 + random.int(7))}`,
    () => `AB-${digits(6)}`,
    () => [hex(8), hex(4), `4${hex(3)}`, `a${hex(3)}`, hex(12)].join('-'),
    () => hex(40),
  ];
  return random.pick(forms)();
}
