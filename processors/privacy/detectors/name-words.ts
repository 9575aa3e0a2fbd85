/** Frequent family names, joined for an expression. Longer names come first. */
export const FAMILY_NAMES_ZH =
  '欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾萧蕭田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫雷侯龙龍史陶黎贺賀顾顧毛郝龚邵万萬钱錢严嚴戴莫孔向汤湯温溫康施文洪季]';
export const FAMILY_NAMES_KO =
  '남궁|황보|제갈|선우|[김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모]';

/** Words after "Dear" and the like that are no names, in lower case, and words before さん and 님. */
export const NOT_NAMES: ReadonlySet<string> = new Set([
  ..."i'm i".split(' '),
  ...'customer sir madam team support all friends everyone colleague colleagues user guest seller'.split(
    ' ',
  ),
  ...'amazon google apple microsoft service sales help the this that these your our my we they it'.split(
    ' ',
  ),
  ...'cliente clientes equipo usuario señores client clients équipe kunde kunden damen team cliente'.split(
    ' ',
  ),
  ...'monday tuesday wednesday thursday friday saturday sunday today tomorrow'.split(' '),
  ...['お客', 'お客様', '皆', '皆様', '店員', '業者', '神', '王', '患者', '奥', '何', '貴', '各位'],
  ...['고객', '선생', '사장', '기사', '손님', '부모', '주인', '이모'],
]);
