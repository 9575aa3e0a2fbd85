/**
 * Codes of ISO 639-1. Source: the code tables of ISO 639-2, published by the Library of Congress,
 * in iso-639-2 3.0.2 (MIT).
 */
const TWO_LETTERS =
  'aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da ' +
  'de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ' +
  'ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln ' +
  'lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi ' +
  'pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti ' +
  'tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu';

/**
 * Codes of ISO 639-2 that have no code of two letters. Codes of groups of languages, such as `roa`
 * for the Romance languages, are left out, because they do not say in which language a text is.
 */
const THREE_LETTERS =
  'ace ach ada ady afh ain akk ale alt ang anp arc arn arp arw ast awa bal ban bas bej bem bho bik ' +
  'bin bla bra bua bug byn cad car ceb chb chg chk chm chn cho chp chr chy cnr cop crh csb dak dar ' +
  'del den dgr din doi dsb dua dum dyu efi egy eka elx enm ewo fan fat fil fon frm fro frr frs fur ' +
  'gaa gay gba gez gil gmh goh gon gor got grb grc gsw gwi hai haw hil him hit hmn hsb hup iba ilo ' +
  'inh jbo jpr jrb kaa kab kac kam kaw kbd kha kho kmb kok kos kpe krc krl kru kum kut lad lah lam ' +
  'lez lol loz lua lui lun luo lus mad mag mai mak man mas mdf mdr men mga mic min mnc mni moh mos ' +
  'mus mwl mwr myv nap nds new nia niu nog non nqo nso nwc nym nyn nyo nzi osa ota pag pal pam pap ' +
  'pau peo phn pon pro raj rap rar rom rup sad sah sam sas sat scn sco sel sga shn sid sma smj smn ' +
  'sms snk sog srn srr suk sus sux syc syr tem ter tet tig tiv tkl tlh tli tmh tog tpi tsi tum tvl ' +
  'tyv udm uga umb vai vot wal war was xal yao yap zap zbl zen zgh zun zza';

const KNOWN: ReadonlySet<string> = new Set(`${TWO_LETTERS} ${THREE_LETTERS}`.split(' '));

/**
 * Codes of ISO 639-3 for varieties of Arabic and Chinese that Unicode does not map to the code of
 * the language. A variety is analysed as its language.
 */
const VARIETIES: Record<string, string> = {
  ...Object.fromEntries(
    'aao abh abv acm acq acw acx acy adf aeb aec afb apc apd arq ars ary arz auz avl ayh ayl ayn ayp pga shu ssh'
      .split(' ')
      .map((code) => [code, 'ar']),
  ),
  ...Object.fromEntries(
    'cdo cjy cpx czh czo gan hak hsn lzh mnp nan wuu yue'.split(' ').map((code) => [code, 'zh']),
  ),
};

/** Codes that say that a text has no language, several languages or an unknown language. */
const UNDETERMINED = new Set(['auto', 'und', 'mul', 'zxx', 'mis']);

/** Parts of a language tag that stand for Chinese in traditional characters. */
const TRADITIONAL = new Set(['hant', 'tw', 'hk', 'mo', 'cht', 'yue']);
/** Parts of a language tag that stand for Chinese in simplified characters. */
const SIMPLIFIED = new Set(['hans', 'chs']);

/**
 * Reads a language code of a producer. Returns the code under which AuraStream knows the language:
 * the code of ISO 639 with two letters if there is one, otherwise the code with three letters, and
 * `zh-TW` for Chinese in traditional characters. Upper and lower case, `_` and `-`, scripts, regions,
 * variants, deprecated codes and the codes of ISO 639-2 are understood.
 *
 * The stream, the API and files use this function alone.
 *
 * @returns `auto` if the code says that the language is not known, such as `und`, `mul` or `zxx`.
 * Returns undefined if the code is not the code of a language.
 *
 * @example
 * readLanguage('en_US'); // 'en'
 * readLanguage('eng'); // 'en'
 * readLanguage('zh-Hant-HK'); // 'zh-TW'
 * readLanguage('es-419'); // 'es'
 * readLanguage('und'); // 'auto'
 * readLanguage('English'); // undefined
 */
export function readLanguage(code: string): string | undefined {
  if (KNOWN.has(code)) return canonicalPart(code);
  // A locale of POSIX can end with an encoding and a modifier, as in `de_DE.UTF-8@euro`.
  const tag = code
    .trim()
    .toLowerCase()
    .replace(/[.@].*$/s, '');
  const [first = '', ...rest] = tag.split(/[-_]/);
  if (UNDETERMINED.has(first)) return 'auto';
  if (!/^[a-z]{2,3}$/.test(first)) return undefined;
  const language = canonicalPart(first);
  if (language !== 'zh') return KNOWN.has(language) ? language : undefined;
  const parts = [first, ...rest];
  if (parts.some((part) => SIMPLIFIED.has(part))) return 'zh';
  return parts.some((part) => TRADITIONAL.has(part)) ? 'zh-TW' : 'zh';
}

/**
 * Returns the canonical code of a language of two or three letters. The data of Unicode in
 * JavaScript replaces the codes of ISO 639-2 and deprecated codes. For example, `ger` and `deu`
 * become `de`, and `iw` becomes `he`.
 */
function canonicalPart(code: string): string {
  // `tl` stays, because language detection returns `tl` as well.
  if (code === 'tl' || code === 'fil' || code === 'tgl') return 'tl';
  const known = canonical_of.get(code);
  if (known !== undefined) return known;
  const canonical = VARIETIES[code] ?? new Intl.Locale(code).language;
  canonical_of.set(code, canonical);
  return canonical;
}

/**
 * The canonical codes that have been looked up. They are stored, because `Intl.Locale` takes about
 * 30 µs. There are at most 18,252 codes of two and three letters.
 */
const canonical_of = new Map<string, string>();
