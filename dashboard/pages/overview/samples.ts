/** Texts for a first look, with the source that would have them. */
const TEXTS: [source: string, text: string][] = [
  ['app_reviews', 'I love the new design. It is fast and beautiful.'],
  ['app_reviews', 'Terrible update, it crashes every time I open it.'],
  ['app_reviews', 'Good sound, but the battery is a disappointment.'],
  ['app_reviews', 'Die App ist großartig, ich benutze sie jeden Tag.'],
  ['app_reviews', 'Sehr schlechte Qualität, nach einer Woche kaputt.'],
  ['app_reviews', 'Me encanta, es perfecto para el trabajo.'],
  ['app_reviews', 'No funciona, una pérdida de dinero.'],
  ['app_reviews', 'とても使いやすくて、大好きです。'],
  ['app_reviews', 'تطبيق رائع وسهل الاستخدام.'],
  ['support', 'My order has not arrived, and I am very angry.'],
  ['support', 'How do I change my billing address?'],
  ['support', 'The agent was wonderful and solved it at once. Thank you!'],
  ['support', 'Still waiting for my refund. This is awful service.'],
  ['support', 'Please send the invoice to maria@example.com.'],
  ['support', 'Ich warte seit drei Wochen, das ist schrecklich.'],
  ['support', 'Merci, votre équipe est fantastique.'],
  ['support', 'La livraison était en retard et le colis abîmé.'],
  ['social', 'Best launch ever, congratulations to the team!'],
  ['social', 'The meeting is tomorrow at nine.'],
  ['social', 'What a mess. Worst company I have dealt with.'],
  ['social', 'Schöne Grüße aus Hamburg, alles wunderbar.'],
  ['social', 'O atendimento foi excelente, adorei.'],
  ['social', 'Il servizio è pessimo, non lo consiglio.'],
  ['survey', 'The staff was friendly and the room was clean.'],
  ['survey', 'The price is too high for what you get.'],
  ['survey', 'It was okay.'],
  ['survey', '服务很好,非常满意。'],
  ['survey', '서비스가 정말 훌륭해요.'],
];

const REPEATS = 3;
const DAY_MS = 86_400_000;

/**
 * Creates sample records that were said in the last day. Their ids stay the same, so that publishing
 * them again adds none.
 *
 * @param now epoch milliseconds.
 */
export function createSamples(now: number): object[] {
  const count = TEXTS.length * REPEATS;
  return Array.from({ length: count }, (_, index) => {
    // 31 has no common divisor with the number of texts, so each text comes as often.
    const [source, text] = TEXTS[(index * 31) % TEXTS.length] ?? [];
    const created_at = new Date(now - DAY_MS * 0.97 * (1 - index / count)).toISOString();
    return { record_id: `dashboard-sample-${index}`, source, text, created_at };
  });
}
