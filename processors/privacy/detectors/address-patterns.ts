/** How the languages write streets and houses. Each pattern is global, and each repetition bounded. */
export const ADDRESS_PATTERNS: { languages: string[]; pattern: RegExp }[] = [
  {
    languages: ['en', 'hi', 'ar'],
    pattern:
      /(?<![\w.])[0-9]{1,6}[A-Za-z]? (?:[NSEW]\.? )?(?:(?:\p{Lu}[\p{L}'’.-]{0,20}|[0-9]{1,3}(?:st|nd|rd|th)) ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Way|Terrace|Close|Crescent|Parkway|Pkwy|Highway|Hwy|Circle|Trail|Gardens|Grove|Mews|Point|Walk|Loop|Row|Hill|Park|Ridge|View|Heights|Alley|Crossing|Nagar|Marg)(?![\p{L}])\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|Floor|#)\.? ?[A-Z0-9-]{1,6})?(?:, (?:\p{Lu}[\p{L}'’.-]{1,20} ?){1,3})?(?:,? [A-Z]{2} [0-9]{5}(?:-[0-9]{4})?|,? [A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}| [0-9]{6})?/gu,
  },
  {
    languages: ['de'],
    pattern:
      /(?<![\p{L}])\p{Lu}[\p{L}-]{1,30}(?:[ -]?(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.)|weg|platz|allee|gasse|ring|damm|ufer|steig| Weg| Platz| Allee| Ring) [0-9]{1,4} ?[a-z]?(?![\p{L}0-9])(?:,? [0-9]{5} \p{Lu}[\p{L}-]{1,25}(?: [\p{Lu}][\p{L}-]{1,20})?)?/gu,
  },
  {
    languages: ['fr'],
    pattern:
      /(?<![\w.])[0-9]{1,4}(?: bis| ter)?,? (?:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|quai|route|cours|passage|square|voie)(?: (?:de|du|des|la|le|les|d['’]|l['’])){0,3} ?[\p{L}'’-]{2,25}(?: (?:de |du |des |la |le )?\p{Lu}[\p{L}'’-]{1,25}){0,3}(?:,? [0-9]{5} \p{Lu}[\p{L}'’-]{1,25}(?:[ -]\p{L}{2,20}){0,2})?/giu,
  },
  {
    languages: ['es'],
    pattern:
      /(?<![\p{L}])(?:Calle|C\/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Carrera|Camino|Ronda|Travesía|Polígono|Barrio|Urbanización|Glorieta|Cuesta|Pasaje|Carretera|Rambla|Travessera|Rampa|Barranco)(?: [\p{L}.'’-]{1,25}){1,5},? (?:(?:n[º°.]? ?)?[0-9]{1,4}|s\/n)(?:,? [0-9]{5}(?: \p{Lu}[\p{L}-]{1,25})?)?/giu,
  },
  {
    languages: ['it'],
    pattern:
      /(?<![\p{L}])(?:Via|Viale|Piazza|Corso|Largo|Vicolo|Strada|Piazzale|Borgo|Contrada|Rotonda)(?: [\p{L}.'’-]{1,25}){1,5},? (?:n[º°.]? ?)?[0-9]{1,4}(?:,? [0-9]{5}(?: \p{Lu}[\p{L}-]{1,25})?)?/giu,
  },
  {
    languages: ['pt'],
    pattern:
      /(?<![\p{L}])(?:Rua|R\.|Avenida|Av\.|Travessa|Praça|Alameda|Rodovia|Estrada|Largo|Marginal)(?: [\p{L}.'’-]{1,25}){1,5},? (?:n[º°.]? ?)?[0-9]{1,5}(?:,? [0-9]{5}-?[0-9]{3})?/giu,
  },
  {
    languages: ['ja'],
    pattern:
      /(?:〒? ?[0-9]{3}-[0-9]{4} ?)?(?:\p{Script=Han}{2,3}[都道府県])?[\p{Script=Han}ヶケのつ]{1,6}[市区町村郡][\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]{0,14}[0-9]{1,4}(?:(?:-|丁目|番地?|号)[0-9]{0,4}){0,4}/gu,
  },
  {
    languages: ['zh', 'zh-TW'],
    pattern:
      /(?:(?:(?![于在於位])\p{Script=Han}){2,7}[省市区區县縣镇鎮鄉])?(?:(?![于在於位])\p{Script=Han}){1,7}(?:路|街|大道|巷|弄|胡同)(?:[一二三四五六七八九十]段)?[0-9]{1,5}(?:巷[0-9]{1,4})?(?:弄[0-9]{1,4})?(?:号|號|弄)(?:[0-9]{1,4}(?:楼|樓|室|栋|棟|单元)(?:之[0-9]{1,2})?){0,3}/gu,
  },
  {
    languages: ['ko'],
    pattern:
      /(?<![가-힣])[가-힣]{1,10}(?:시|도|군|구) (?:[가-힣]{1,10}(?:시|군|구|읍|면) ){0,3}[가-힣0-9]{1,12}(?:로|길|대로|동|리)(?:[0-9]{1,3}번?길)? ?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지)?/gu,
  },
  {
    languages: ['ar'],
    pattern:
      /(?:شارع|طريق|جادة|ساحة)(?: [\p{Script=Arabic}]{2,15}){1,4}[،,]? (?:رقم )?[0-9]{1,5}|[0-9]{1,5} (?:شارع|طريق|جادة|ساحة|سبيل|رصيف)(?: [\p{Script=Arabic}]{2,15}){1,2}/gu,
  },
  {
    languages: ['hi'],
    pattern:
      /(?:मकान|फ्लैट|प्लॉट|घर)(?: नंबर| संख्या| नं\.?)? ?[0-9]{1,5}(?:[,]? [\p{Script=Devanagari}]{2,15}){0,4}(?:,? [0-9]{6})?|[0-9]{1,5},? (?:[\p{Script=Devanagari}]{2,15} ){1,3}(?:मार्ग|रोड|नगर|गली|सड़क|स्ट्रीट)/gu,
  },
];
