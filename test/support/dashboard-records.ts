const TEXTS = [
  'What a wonderful product, I love it.',
  'Terrible. It broke after a week and support was awful.',
  'The package arrived on Tuesday.',
  'Great sound, but the battery is a disappointment.',
  'Die App ist großartig, ich liebe sie.',
  'Sehr schlecht, nie wieder.',
  'El servicio fue excelente, muy feliz.',
  'هذا المنتج رائع وأنا سعيد به.',
];
const SOURCES = ['reviews', 'support', 'survey'];
const COUNT = 180;
const DAY_MS = 86_400_000;

/**
 * Creates records of the last day, in four languages and three sources, as many as a chart needs.
 *
 * @param now epoch milliseconds.
 */
export function createReviews(now: number) {
  return Array.from({ length: COUNT }, (_, index) => ({
    record_id: `review-${index}`,
    source: SOURCES[Math.floor(index / 2) % SOURCES.length]!,
    text: TEXTS[(index * 5 + Math.floor(index / 40)) % TEXTS.length]!,
    created_at: new Date(now - DAY_MS * 0.9 * (1 - index / COUNT) ** 2 - 60_000).toISOString(),
    attributes: { stars: (index % 5) + 1 },
  }));
}
