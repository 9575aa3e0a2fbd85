/**
 * Frequent words of short messages, by language: words of grammar, and words with which people
 * praise and complain. The n-grams of one to three words often fit several languages alike, and
 * these words decide then.
 */
const WORDS: Record<string, string> = {
  en:
    'the and is was it this that not my you your very too so but with for are have has had they there of on at ' +
    "good great bad nice awful terrible horrible awesome amazing perfect excellent love loved like hate don't doesn't " +
    "isn't wasn't didn't can't won't never always again best worst better worse thanks thank please money waste works " +
    'broken cheap slow fast quick easy poor happy recommend buy bought service quality refund would no',
  es:
    'el los las una unos unas y pero muy con por para que es está estaba son fue del al lo le les nos mi su sus ya más ' +
    'también nada todo todos nunca siempre bien mal bueno buena buenos malo mala malos peor mejor me no gusta gustó ' +
    'encanta encantó gracias excelente perfecto perfecta rápido lento caro barato barata roto rota feo bonito bonita ' +
    'horrible genial recomiendo recomendado recomendable funciona sirve llegó calidad precio servicio comprar compra ' +
    'producto malísimo buenísimo pésimo pésima decepcionante terrible',
  fr:
    'le les des du un une et est était sont avec pour pas ne je tu il elle nous vous mon ma mes ce cette ça très trop ' +
    'bien mal bon bonne mauvais mauvaise nul nulle rien jamais toujours plus merci parfait parfaite super génial géniale ' +
    "c'est n'est j'ai j'aime j'adore qualité livraison produit rapide lent cher déçu déçue décevant horrible moche " +
    'médiocre excellent excellente arnaque conforme cassé recommande impeccable magnifique inutile prix au aux on non que terrible',
  de:
    'der die das den dem ein eine einen und ist war sind mit für nicht kein keine ich du er sie es wir ihr mein meine ' +
    'sehr zu aber auch nur noch nie immer wieder alles nichts gut gute guter gutes schlecht schlechte schlechter super ' +
    'toll prima danke leider kaputt teuer billig langsam schnell schön einfach zufrieden enttäuscht enttäuschend ' +
    'perfekt schrecklich furchtbar ware lieferung qualität preis empfehlenswert unbrauchbar funktioniert gerne so geht was war des fast',
  it:
    'il lo gli un una e è era sono con per non che di del della mi ti si ci mio mia molto troppo ma anche mai sempre ' +
    'più niente tutto tutti bene male buono buona buoni cattivo ottimo ottima pessimo pessima bello bella bellissimo ' +
    'bellissima grazie perfetto perfetta veloce lento caro rotto rotta orribile brutto piace piaciuto consiglio ' +
    'consigliato eccellente funziona arrivato qualità prezzo prodotto servizio inutile deludente no',
  pt:
    'o os um uma e é era são com para não que do da dos das no na meu minha muito muita mas também nunca sempre mais nada ' +
    'tudo todos bem mal bom boa bons ruim ruins péssimo péssima ótimo ótima excelente perfeito perfeita obrigado ' +
    'obrigada gostei gosto adorei amei recomendo rápido lento caro barato quebrado lindo linda feio horrível ' +
    'funciona chegou veio qualidade preço produto serviço maravilhoso maravilhosa demais decepcionante por me nos que',
};

/** The languages of each word. */
let languages_of: Map<string, string[]> | undefined;

/** Matches the words of a text. An apostrophe between letters is a part of its word. */
const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
/** Number of words that are looked up. A longer text is left to the n-grams. */
const MOST_WORDS = 8;
/** The lead of the best language over the next one, in words. */
const LEAST_LEAD = 0.5;

/**
 * Chooses the language whose frequent words a short text has. A word of several languages counts as
 * a part for each, so `caro` alone decides nothing, and a language must be ahead by half a word.
 *
 * @param among the languages that may be chosen.
 * @returns the language, if one is ahead. `is_known` is true if half of the words are frequent words
 * of these languages, so the text is not in any other language.
 */
export function chooseByWords(
  text: string,
  among: readonly string[],
): { language?: string | undefined; is_known: boolean } {
  const words = text.toLowerCase().normalize('NFC').match(WORD) ?? [];
  if (words.length > MOST_WORDS) return { is_known: false };
  languages_of ??= invert();
  const points = new Map<string, number>();
  let known = 0;
  for (const word of words) {
    const languages = languages_of.get(word.replace('’', "'")) ?? [];
    const possible = languages.filter((language) => among.includes(language));
    if (possible.length > 0) known += 1;
    for (const language of possible) {
      points.set(language, (points.get(language) ?? 0) + 1 / languages.length);
    }
  }
  const is_known = words.length > 0 && known * 2 >= words.length;
  const [best, second] = [...points].sort(([, a], [, b]) => b - a);
  const lead = (best?.[1] ?? 0) - (second?.[1] ?? 0);
  return { language: is_known && lead >= LEAST_LEAD ? best?.[0] : undefined, is_known };
}

function invert(): Map<string, string[]> {
  const inverted = new Map<string, string[]>();
  for (const [language, words] of Object.entries(WORDS)) {
    for (const word of words.split(' ')) {
      inverted.set(word, [...(inverted.get(word) ?? []), language]);
    }
  }
  return inverted;
}
