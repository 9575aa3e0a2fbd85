/**
 * Words that supplement the word list of a language. All words are in lower case. The words were
 * not chosen from the texts that the tests analyze.
 */
export interface Vocabulary {
  /**
   * Negations, which reverse the valence of a following word. In Japanese, a negation reverses the
   * valence of a preceding word. In Hindi and Korean, a negation reverses the valence of an
   * adjacent word.
   */
  negations: string[];
  /** Words such as "but" that separate two clauses. */
  contrasts: string[];
  intensifiers: string[];
  /**
   * Valences of words that are typical of reviews and support mail. These valences add to, or
   * replace, the valences of the general word list.
   */
  polarity: Record<string, number>;
}

const assignValence = (value: number, words: string): Record<string, number> =>
  Object.fromEntries(words.split(' ').map((word) => [word, value]));

export const VOCABULARIES: Record<string, Vocabulary> = {
  en: {
    negations:
      "not no never n't cannot can't don't didn't doesn't isn't wasn't won't without nothing hardly".split(
        ' ',
      ),
    contrasts: 'but however although though yet'.split(' '),
    intensifiers: 'very so really absolutely extremely totally too completely'.split(' '),
    polarity: {
      ...assignValence(3, 'delicious smoothly sturdy reliable superb divine flawless'),
      ...assignValence(2, 'recommend solid gift comfortable gentle sincere quick easy works'),
      ...assignValence(
        -2,
        'crash crashes crashed leaked leaks broke broken stopped overpriced expensive refund scratched repetitive bland overtime twice noisy uncomfortable',
      ),
      ...assignValence(
        -3,
        'useless unacceptable unusable rude overcooked dreadful shameful disgraceful garbage worst nightmare ridiculous',
      ),
      like: 1,
      no: 0,
      thanks: 2,
      thank: 2,
    },
  },
  es: {
    negations: 'no nunca ni sin nada jamás tampoco'.split(' '),
    contrasts: 'pero sino aunque'.split(' '),
    intensifiers: 'muy tan súper realmente totalmente'.split(' '),
    polarity: {
      ...assignValence(
        3,
        'excelente espectacular fantástico maravilloso precioso preciosa encantada encantado mejor encantador encantadora',
      ),
      ...assignValence(
        2,
        'gracias amable útil limpia limpio regalo alegría bueno buena bien gusta',
      ),
      ...assignValence(
        -3,
        'horrible peor inaceptable vergüenza asco insoportable maleducado pésimo',
      ),
      ...assignValence(
        -2,
        'rompió roto sucio tarde fría enfadado ruido tristeza aburrida reembolso cierra mal mala',
      ),
    },
  },
  fr: {
    negations: 'ne pas jamais sans rien aucun aucune ni'.split(' '),
    contrasts: 'mais cependant pourtant'.split(' '),
    intensifiers: 'très trop tellement vraiment si'.split(' '),
    polarity: {
      ...assignValence(
        3,
        'excellent excellente magnifique parfait parfaite adore bravo charmant charmante remarquable',
      ),
      ...assignValence(
        2,
        'bon bonne merci propre plaisir recommande belle beau clair claire rapide fière victoire',
      ),
      ...assignValence(-3, 'affreux affreuse pire scandaleux honteux horrible fuyez inexistant'),
      ...assignValence(
        -2,
        'panne mauvais mauvaise déception plante lâché retard marre sale glacial volé dégoûtée attente',
      ),
    },
  },
  de: {
    negations: 'nicht kein keine keinen nie niemals ohne niemand'.split(' '),
    contrasts: 'aber jedoch obwohl doch'.split(' '),
    intensifiers: 'sehr so wirklich total völlig viel zu'.split(' '),
    polarity: {
      ...assignValence(
        3,
        'toll tolle begeistert wunderschön wunderbar wunderbares wunderbaren herrlich herrlicher perfekt bester beste',
      ),
      ...assignValence(
        2,
        'gut gute danke dank freundlich freundliche nett sauber spaß gerne schnell schnelle leise glücklich freut',
      ),
      ...assignValence(
        -3,
        'schrecklich furchtbar ungenießbar unmöglich hasse wütend verschwendet zeitverschwendung',
      ),
      ...assignValence(
        -2,
        'kaputt enttäuschend enttäuscht stinkt billiges langweilig dumm stürzt schlecht gestohlen traurig zugausfall doppelt unhöflich',
      ),
    },
  },
  it: {
    negations: 'non mai senza nessuno niente nulla né'.split(' '),
    contrasts: 'ma però tuttavia'.split(' '),
    intensifiers: 'molto così davvero troppo'.split(' '),
    polarity: {
      ...assignValence(
        3,
        'fantastico fantastica ottima ottimo bellissimo bellissima meraviglioso adora incantevole felicissimo',
      ),
      ...assignValence(
        2,
        'grazie gentile utile bella bello brava bravo veloce pulita pulito consiglio simpatico bene buono',
      ),
      ...assignValence(
        -3,
        'pessima pessimo terribile schifo peggior peggiore furioso insopportabile',
      ),
      ...assignValence(
        -2,
        'rotto buttati scadente noioso blocca freddo maleducato rumore cancellato',
      ),
    },
  },
  pt: {
    negations: 'não nunca sem nem nada ninguém'.split(' '),
    contrasts: 'mas porém contudo'.split(' '),
    intensifiers: 'muito tão realmente demais'.split(' '),
    polarity: {
      ...assignValence(
        3,
        'excelente perfeitamente maravilhoso ótimo ótima melhor adorou inesquecível encantador',
      ),
      ...assignValence(
        2,
        'obrigado obrigada linda lindo limpo simpática clareza bom boa bem gostei',
      ),
      ...assignValence(-3, 'péssimo horrível absurdo odeio insuportável pior'),
      ...assignValence(-2, 'quebrou ruim irritado trava atrasado chato cobrado barulho esperei'),
    },
  },
  ar: {
    negations: 'لا لم لن ليس ليست غير بدون ما'.split(' '),
    contrasts: 'لكن ولكن رغم'.split(' '),
    intensifiers: 'جدا للغاية حقا'.split(' '),
    polarity: {
      ...assignValence(3, 'رائع رائعة رائعون ممتاز ممتازة سعيد سعيدة جميل جميلة أحب أفضل'),
      ...assignValence(2, 'شكرا لطيف لطفاء نظيفة نظيف مفيدة أنصح بسرعة جيد جيدة جيدا طازج'),
      ...assignValence(-3, 'سيئ سيئة فظيع فظيعا أسوأ كريهة كريها وقحا غاضب'),
      ...assignValence(-2, 'تعطل محبط ممل مزعجة مشكلة تأخر باردا غاليا مخيبا أضعت متعبا'),
    },
  },
  hi: {
    negations: 'नहीं न मत ना बिना'.split(' '),
    contrasts: 'लेकिन मगर पर परंतु'.split(' '),
    intensifiers: 'बहुत बेहद काफी'.split(' '),
    polarity: {
      ...assignValence(3, 'शानदार बढ़िया खुश सुंदर बेहतरीन प्यार'),
      ...assignValence(2, 'अच्छा अच्छी अच्छे पसंद धन्यवाद साफ़ उपयोगी'),
      ...assignValence(-3, 'बेकार भयानक घटिया नाराज़ बुरा बुरी'),
      ...assignValence(-2, 'खराब गंदी निराश उबाऊ सस्ता समस्या'),
    },
  },
  ja: {
    negations: 'ない ません なかった ず'.split(' '),
    contrasts: 'が、 けど しかし でも'.split(' '),
    intensifiers: 'とても 本当に 大変 すごく'.split(' '),
    polarity: {
      ...assignValence(3, '素晴らし 最高 嬉し 幸せ 楽し 大好き 感動 美味し おいし 素敵'),
      ...assignValence(
        2,
        '良かった 良い よかった 綺麗 きれい 便利 親切 快適 美しい 美しく ありがとう 助かり 使いやす 分かりやす 新鮮 可愛 好き 喜ん',
      ),
      ...assignValence(-3, '最悪 ひどい ひどく ひどかった つまらな 嫌い 許せな'),
      ...assignValence(
        -2,
        '壊れ 残念 不便 悪い 悪かった 困っ 疲れ 遅れ 嫌な 安っぽ がっかり うるさ 落ちます 痛く 二度と',
      ),
    },
  },
  ko: {
    negations: '안 못 않 없'.split(' '),
    contrasts: '하지만 그러나 지만'.split(' '),
    intensifiers: '정말 너무 아주 매우'.split(' '),
    polarity: {
      ...assignValence(3, '최고 훌륭 행복 아름다 사랑 완벽'),
      ...assignValence(2, '좋 만족 감사 친절 깨끗 추천 편리 재미 기뻐'),
      ...assignValence(-3, '최악 끔찍 형편없 화가 싫'),
      ...assignValence(-2, '고장 실망 나쁘 나빴 불편 지루 짜증 불친절 늦 멈춥 싸구려 심해'),
    },
  },
  zh: {
    negations: '不 没 无 别'.split(' '),
    contrasts: '但是 但 可是 不过 然而'.split(' '),
    intensifiers: '非常 很 太 真 特别'.split(' '),
    polarity: {
      ...assignValence(3, '精彩 完美 优秀 最好 开心 幸福 喜欢 很棒 太棒'),
      ...assignValence(
        2,
        '满意 感谢 谢谢 漂亮 好用 很好 非常好 干净 热情 优美 推荐 亲切 愉快 有趣 真美 耐用 解决',
      ),
      ...assignValence(-3, '糟糕 可怕 恶劣 最差 太差 很差 真的很差 讨厌'),
      ...assignValence(
        -2,
        '坏了 失望 生气 无聊 浪费 难闻 廉价 闪退 当掉 晚点 误点 烦死 噪音 没法用 无法 不理',
      ),
    },
  },
};
